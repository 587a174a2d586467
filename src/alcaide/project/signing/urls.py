"""Addresses of signing in. Names with an underscore are those that allauth's flows ask for."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from django.urls import URLPattern, path, re_path

from alcaide.project.signing import protocols, views
from alcaide.project.signing.administration import HOUSE_URLS

# Everything under sign-in/ is open to strangers.
urlpatterns: list[URLPattern] = [
    *HOUSE_URLS,
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/", views.SignIn.as_view(), name="account_login"),
    path("sign-in/link/", views.SignInByLink.as_view(), name="sign-in-link"),
    path("sign-in/new/", account.signup, name="account_signup"),
    path("sign-in/closed/", account.account_inactive, name="account_inactive"),
    path("sign-in/factor/", mfa.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", keys.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/password/", account.password_reset, name="account_reset_password"),
    path("sign-in/password/sent/", account.password_reset_done, name="account_reset_password_done"),
    path("sign-in/password/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^sign-in/password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("sign-in/leave/", account.logout, name="account_logout"),
    path("sign-in/with/<slug:provider_id>/", protocols.oidc_login, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", protocols.oidc_callback, name="openid_connect_callback"),
    path("sign-in/saml/<slug:organization_slug>/", protocols.saml_login, name="saml_login"),
    path("sign-in/saml/<slug:organization_slug>/acs/", protocols.saml_acs, name="saml_acs"),
    path("sign-in/saml/<slug:organization_slug>/acs/finish/", protocols.saml_finish, name="saml_finish_acs"),
    path("sign-in/saml/<slug:organization_slug>/sls/", protocols.saml_sls, name="saml_sls"),
    path("sign-in/saml/<slug:organization_slug>/metadata/", protocols.saml_metadata, name="saml_metadata"),
    path("sign-in/broken-off/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/not-vouched/", social.login_error, name="socialaccount_login_error"),
    path("account/connections/", views.connections, name="socialaccount_connections"),
    path("sign-in/connections/new/", views.connections, name="socialaccount_signup"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("account/password/", views.NewPassword.as_view(), name="password"),
    path("account/password/", views.NewPassword.as_view(), name="account_change_password"),
    path("account/password/", views.NewPassword.as_view(), name="account_set_password"),
    path("account/prove/", account.reauthenticate, name="account_reauthenticate"),
    path("account/prove/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/prove/passkey/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/factors/", mfa.index, name="mfa_index"),
    path("account/factors/app/", views.NewApp.as_view(), name="mfa_activate_totp"),
    path("account/factors/app/remove/", views.NoApp.as_view(), name="mfa_deactivate_totp"),
    path("account/factors/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/factors/codes/new/", views.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("account/factors/codes/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("account/factors/passkeys/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("account/factors/passkeys/new/", views.NewPasskey.as_view(), name="mfa_add_webauthn"),
    path("account/factors/passkeys/<int:pk>/remove/", views.NoPasskey.as_view(), name="mfa_remove_webauthn"),
    path("account/factors/passkeys/<int:pk>/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/sessions/", views.sessions, name="sessions"),
    path("account/sessions/end/", views.end_sessions, name="sessions-end"),
]  # fmt: skip
