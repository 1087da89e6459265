# What the scripts of this folder share. Sourced by them, from the project's folder.

# Prints one line on standard error and ends the script.
fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# The feature release of the JDK in a folder: 17, 25. Empty if there is no JDK.
jdk_release() {
  [ -x "$1/bin/javac" ] || return 0
  sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$1/release" 2>/dev/null
}

# The folders in which a JDK may be: what the environment names, then what is installed.
jdk_candidates() {
  local variable
  for variable in "${!JAVA_HOME@}"; do
    [ -z "${!variable}" ] || echo "${!variable}"
  done
  if command -v javac >/dev/null; then
    dirname "$(dirname "$(readlink -f "$(command -v javac)")")"
  fi
  local folder
  for folder in /usr/lib/jvm/*/; do
    echo "${folder%/}"
  done
}

# The first JDK of a release: jdk_of 17
jdk_of() {
  local home
  while read -r home; do
    if [ "$(jdk_release "$home")" = "$1" ]; then
      echo "$home"
      return 0
    fi
  done < <(jdk_candidates)
}

newest_jdk() {
  local home release newest=0 found=
  while read -r home; do
    release=$(jdk_release "$home")
    if [ -n "$release" ] && [ "$release" -gt "$newest" ]; then
      newest=$release
      found=$home
    fi
  done < <(jdk_candidates)
  echo "$found"
}

# Sets JAVA_HOME to a JDK 17, which Error Prone is pinned to, and checks Maven.
use_build_jdk() {
  local home
  home=$(jdk_of 17)
  [ -n "$home" ] || fail "JDK 17 builds Switchboard and none was found: install it (Debian, Ubuntu: openjdk-17-jdk-headless) or let JAVA_HOME name one."
  export JAVA_HOME=$home
  command -v mvn >/dev/null || fail "Maven (3.8 or newer) is missing: install it (Debian, Ubuntu: maven)."
}

# Checks npm, with which the server gets the official client that it serves to browsers.
require_npm() {
  command -v npm >/dev/null || fail "npm is missing: the official Socket.IO clients are fetched with it (Debian, Ubuntu: npm)."
}

# Checks Node.js, which the tests need for the official clients.
require_node() {
  command -v node >/dev/null || fail "Node.js (18 or newer) is missing: the tests run the official Socket.IO clients on it (Debian, Ubuntu: nodejs)."
  require_npm
  local version
  version=$(node --version)
  version=${version#v}
  [ "${version%%.*}" -ge 18 ] || fail "Node.js $version is too old: the tests need 18 or newer."
}

# Installs the packages of commands that are missing: install_missing command=package...
install_missing() {
  local pair packages=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || [ -x "/usr/sbin/${pair%%=*}" ] || packages+=("${pair#*=}")
  done
  [ ${#packages[@]} -gt 0 ] || return 0

  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "missing: ${packages[*]}. Install them; this user may not."
    root=(sudo -n)
  fi
  command -v apt-get >/dev/null || fail "missing: ${packages[*]}. Install them with this system's package manager."
  echo "Installing ${packages[*]} (apt-get)"
  export DEBIAN_FRONTEND=noninteractive
  {
    "${root[@]}" apt-get update -qq &&
      "${root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}"
  } >/dev/null || fail "apt-get could not install: ${packages[*]}. Install them by hand, then try again."
}
