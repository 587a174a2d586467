# shellcheck shell=bash
# Sourced by the scripts beside it: finds a Python, and installs the locked packages into .venv when they changed.
# Everything made here stands in .venv and .venv-tools; removing both starts afresh.

say() { printf '%s\n' "$*" >&2; }

stop() {
  say "$*"
  exit 2
}

# The first Python on this machine that is new enough, in $python.
find_python() {
  local candidate
  for candidate in ${ALCAIDE_PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$(command -v "$candidate")
      return
    fi
  done
  local found
  found=$(python3 -c 'import platform; print("Python " + platform.python_version())' 2>/dev/null) || found="no Python"
  stop "Alcaide needs Python 3.11 or newer; this machine has $found." \
    "Install one (Debian, Ubuntu: apt install python3 python3-venv python3-pip), or name one in ALCAIDE_PYTHON, and run this again."
}

# Say in one sentence why a command that installs something failed. Addresses are left out: they may hold passwords.
explain() {
  case $1 in
    *"No space left on device"* | *"os error 28"* | *"Disk quota exceeded"*)
      stop "The disk is full. Alcaide's packages need about 1.5 GB; free some space and run this again." ;;
    *"ermission denied"* | *"Read-only file system"*)
      stop "The folder $PWD cannot be written. Run this as the user who owns it." ;;
    *"DO NOT MATCH THE HASHES"* | *"ash mismatch"*)
      stop "A downloaded package is not the one that the lock names, so nothing was installed." \
        "Try again; if it stays, the package index hands out altered files." ;;
    *"ertificate"* | *"CERTIFICATE_VERIFY"*)
      stop "The package index could not be trusted: its certificate is not known here." \
        "Behind a company proxy, name its certificate file in PIP_CERT and run this again." ;;
    *"dns error"* | *"error sending request"* | *"onnection refused"* | *"onnection reset"* | *"name resolution"* | \
      *"Network is unreachable"* | *"timed out"* | *"Failed to fetch"* | *"client error"* | *"NewConnectionError"* | \
      *"No matching distribution"* | *"Could not connect"* | *"tunnel error"*)
      stop "The Python package index cannot be reached. Alcaide needs the network for its first start only:" \
        "connect this machine, or name your mirror in PIP_INDEX_URL, and run this again." ;;
  esac
  printf '%s\n' "$1" | sed -E 's#[a-z]+://[^[:space:])`]+#(address)#g' | tail -n 15 >&2
  stop "Setting up stopped at the lines above."
}

attempt() {
  local told
  told=$("$@" 2>&1 </dev/null) || explain "$told"
}

# One of pip's settings, from the environment or its files.
pip_setting() {
  sed -nE "s/^(:env:|install|global)\.$1='(.*)'\$/\1 \2/p" <<<"$pip_settings" | sort | head -n 1 | cut -d' ' -f2-
}

# uv reads none of pip's settings: a mirror, a certificate or a proxy that pip knows must be handed on.
carry_pip_settings() {
  local pip_settings value place
  pip_settings=$("$1" -m pip config list 2>/dev/null) || pip_settings=""
  value=$(pip_setting index-url)
  [[ -z $value ]] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$value}"
  value=$(pip_setting cert)
  [[ ! -f $value ]] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$value}"
  value=$(pip_setting client-cert)
  [[ -z $value ]] || export SSL_CLIENT_CERT="${SSL_CLIENT_CERT:-$value}"
  value=$(pip_setting proxy)
  [[ -z $value ]] || export ALL_PROXY="${ALL_PROXY:-$value}"
  value=$(pip_setting trusted-host)
  [[ -z $value ]] || export UV_INSECURE_HOST="${UV_INSECURE_HOST:-$value}"
  value=$(pip_setting timeout)
  [[ -n $value ]] || value=$(pip_setting default-timeout)
  [[ -z $value ]] || export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-$value}"
  [[ $(pip_setting no-index) != @(1|true|yes|on) ]] || export UV_NO_INDEX=1
  for value in $(pip_setting find-links); do
    [[ $value != *://* && ! -d $value ]] || export UV_FIND_LINKS="${UV_FIND_LINKS:+$UV_FIND_LINKS,}$value"
  done
  for value in $(pip_setting extra-index-url); do
    [[ $value == file:* ]] || export UV_INDEX="${UV_INDEX:+$UV_INDEX }$value"
  done
  for place in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    [[ ! -f $place ]] || export UV_NATIVE_TLS="${UV_NATIVE_TLS:-true}"
  done
}

# The locked uv in .venv-tools, in $uv. pip installs it into a folder of its own, which a managed Python allows.
need_uv() {
  local maker=$python
  uv=$PWD/.venv-tools/bin/uv
  if ! cmp -s requirements/uv.txt .venv-tools/installed || ! "$uv" --version >/dev/null 2>&1; then
    say "Getting the installer …"
    rm -rf .venv-tools
    if "$python" -m pip --version >/dev/null 2>&1; then
      attempt env PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 "$python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes --no-deps --only-binary :all: --target .venv-tools --requirement requirements/uv.txt
    elif "$python" -m venv .venv-tools >/dev/null 2>&1; then
      maker=.venv-tools/bin/python
      attempt "$maker" -m pip install --quiet --disable-pip-version-check \
        --require-hashes --no-deps --only-binary :all: --requirement requirements/uv.txt
    else
      stop "This Python has neither pip nor venv. Install them (Debian, Ubuntu: apt install python3-venv python3-pip)" \
        "and run this again."
    fi
    cp requirements/uv.txt .venv-tools/installed || stop "The folder $PWD/.venv-tools cannot be written."
  elif [[ -x .venv-tools/bin/python ]]; then
    maker=.venv-tools/bin/python
  fi
  carry_pip_settings "$maker"
  [[ -w ${HOME:-/nonexistent} ]] || export UV_CACHE_DIR="${UV_CACHE_DIR:-$PWD/.venv-tools/cache}"
  export UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1 UV_NO_PROGRESS=1
}

# What .venv must have been made from for a lock to need no work: the place, the lock and the package's own description.
wanted_state() { printf '%s\n' "$PWD" | cat - "requirements/$1.txt" pyproject.toml; }

is_made_from() { [[ -f .venv/installed-$1 ]] && wanted_state "$1" | cmp -s - ".venv/installed-$1"; }

# dev includes base.
is_set_up() { { is_made_from dev || { [[ $1 == base ]] && is_made_from base; }; } && .venv/bin/python -c ''; }

# Install the packages of `base` (to run Alcaide) or `dev` (to test it too).
set_up() {
  if is_set_up "$1"; then return; fi
  if command -v flock >/dev/null; then
    # Two scripts started together install once.
    exec 9<pyproject.toml
    flock 9
    is_set_up "$1" || install_packages "$1"
    exec 9<&-
  else
    install_packages "$1"
  fi
}

install_packages() {
  local lock=$1 free_kb
  find_python
  free_kb=$(df -Pk . 2>/dev/null | awk 'NR == 2 { print $4 }')
  [[ ${free_kb:-1500001} -gt 1500000 || -e .venv ]] || explain "No space left on device"
  need_uv
  [[ ! -f .venv/installed-dev ]] || lock=dev
  say "Installing the packages; the first time this takes up to a minute …"
  rm -f .venv/installed-*
  .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    attempt "$uv" venv --quiet --clear --python "$python" .venv
  attempt "$uv" pip sync --quiet --python .venv/bin/python --require-hashes "requirements/$lock.txt"
  attempt "$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
  wanted_state "$lock" >".venv/installed-$lock" || explain "No space left on device"
}
