"""Django's settings; what differs between installations comes from the environment and ALCAIDE_HOME."""

import os
from pathlib import Path

from alcaide.project import home as installation
from alcaide.project.databases import database_settings

PACKAGE = Path(__file__).resolve().parent.parent
HOME = installation.current()

DEBUG = os.environ.get("ALCAIDE_DEBUG") == "1"
SECRET_KEY = os.environ.get("ALCAIDE_SECRET") or HOME.secret()
ALLOWED_HOSTS = os.environ.get("ALCAIDE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("ALCAIDE_ORIGINS", "").split(",") if origin]

ROOMS = [
    "alcaide.common",
    "alcaide.organization",
    "alcaide.assets",
    "alcaide.controls",
    "alcaide.threats",
    "alcaide.exposure",
    "alcaide.risk",
    "alcaide.board",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "django_tasks",
    "django_tasks_db",
    *ROOMS,
    "alcaide.project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "alcaide.common.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "alcaide.common.middleware.SignInRequired",
    "alcaide.common.signing.middleware.Proven",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "alcaide.common.offline.once.SentOnce",
    "alcaide.common.middleware.Refusals",
]

ROOT_URLCONF = "alcaide.project.urls"
WSGI_APPLICATION = "alcaide.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "project" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "alcaide.common.context.house",
            ],
        },
    },
]

DATABASES = {"default": database_settings(os.environ.get("DATABASE_URL"), HOME)}
# Every GET would be a writer on SQLite with IMMEDIATE transactions; services open their own.
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "common.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend", "sesame.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
SESAME_MAX_AGE = 60 * 60
SESAME_ONE_TIME = True
SESAME_TOKEN_NAME = "key"  # noqa: S105  the name of the query parameter, not a secret

ACCOUNT_ADAPTER = "alcaide.project.signing.adapters.Account"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# Whoever runs the house makes the users, so their addresses need no proof.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Nothing is sent to addresses that are not known here.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/10m/ip,5/5m/key",
    "reset_password": "20/m/ip,3/10m/key",
    "reauthenticate": "10/m/user",
}
# X-Forwarded-For is believed only where so many own proxies stand before the house.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("ALCAIDE_PROXIES", "0"))
SOCIALACCOUNT_ADAPTER = "alcaide.project.signing.vouched.Vouched"
# A link, since a form that is sent on to another host breaks form-action; ties begun from outside are refused.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_QUERY_EMAIL = True
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
MFA_ADAPTER = "alcaide.project.signing.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Alcaide"
# One period early or late: phones and servers drift.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "alcaide.project.signing.forms.SecondFactor",
    "reauthenticate": "alcaide.project.signing.forms.ProveAgain",
    "activate_totp": "alcaide.project.signing.forms.NewApp",
}
# Failed tries and used codes are counted for all web processes together, on whichever machine they run.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "alcaide_cache"}}

# The roles that must set up a second factor before anything else; None asks the house's own sign-in rules.
SECOND_FACTOR_ROLES = () if os.environ.get("ALCAIDE_SECOND_FACTOR") == "off" else None

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("ALCAIDE_TLS") == "1"
CSRF_FAILURE_VIEW = "alcaide.project.views.refused_form"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
if ALLAUTH_TRUSTED_PROXY_COUNT:
    # Own proxies end the encryption: they say how they were asked, and plain requests are sent to https.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE
    SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY = (
    "camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), geolocation=(), "
    "microphone=(), payment=(), usb=(), serial=(), bluetooth=(), display-capture=(), browsing-topics=()"
)
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = os.environ.get("ALCAIDE_TIME_ZONE", "UTC")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOME.path / "static"
STATICFILES_DIRS = [PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME.files}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# What the house may ask inside private networks, or without encryption: see common/fetching.py.
FETCH_ALLOWED = [each.strip() for each in os.environ.get("ALCAIDE_FETCH_ALLOW", "").split(",") if each.strip()]

FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
UPLOAD_CAP_BYTES = int(os.environ.get("ALCAIDE_UPLOAD_CAP_BYTES", str(2 * 1024**3)))

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "heavy"]}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("ALCAIDE_LOG", "WARNING")},
}
