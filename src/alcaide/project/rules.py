"""The rules of addresses whose views are Django's own, allauth's, or open to strangers."""

from alcaide.common.rights.doors import OPEN, OWN, Rule, declare


def declare_all() -> None:
    """Declare them, once the addresses are read."""
    declare(
        Rule((OPEN,), (OPEN,)),
        "account_inactive", "account_login", "account_logout", "account_reset_password",
        "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
        "account_signup", "authority", "authority-file", "health", "mfa_authenticate", "mfa_login_webauthn",
        "openid_connect_callback", "openid_connect_login", "saml_acs", "saml_finish_acs", "saml_login",
        "saml_metadata", "saml_sls", "sign-in", "sign-in-link", "socialaccount_login_cancelled",
        "socialaccount_login_error", "socialaccount_signup", "theme",
    )  # fmt: skip
    declare(
        Rule((OWN,), (OWN,)),
        "account_change_password", "account_reauthenticate", "account_set_password", "mfa_activate_totp",
        "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_download_recovery_codes", "mfa_edit_webauthn",
        "mfa_generate_recovery_codes", "mfa_index", "mfa_list_webauthn", "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes", "password", "sessions",
        "sessions-end", "sign-out", "socialaccount_connections",
    )  # fmt: skip
