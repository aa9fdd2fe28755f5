#!/usr/bin/env bash
# Shows that a clean clone runs and passes its tests on a bare Debian 12: in a root made for this,
# with nothing in it but Debian's minimal system, git and CA certificates. A developer's machine
# hides what is missing there: packages, settings, leftovers in caches.
#
#   tests/fresh.sh [run|kafka|test …]    (as root; without words all three)
#
# What the last commit has is tested. Network, CA certificates and the settings of package clients
# are those of this machine.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly repository
readonly suite=bookworm
readonly source_folder=/src/weir

say() { echo "fresh: $*" >&2; }
die() {
  say "$*"
  exit 1
}

# The mirror that apt uses for Debian's own packages.
mirror() {
  # shellcheck disable=SC2016 # apt fills it in
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' \
    "Codename: $suite" | sort -u | head -n 1
}

# Whose settings of package clients count, also under sudo.
settings_home() {
  if [ -n "${SUDO_USER:-}" ]; then
    getent passwd "$SUDO_USER" | cut -d: -f6
  else
    echo "$HOME"
  fi
}

# copy_settings PATH…: from that home into root's in the new root.
copy_settings() {
  local home path
  home=$(settings_home)
  for path in "$@"; do
    if [ -e "$home/$path" ]; then
      mkdir -p "$root/root/$(dirname "$path")"
      cp -aL "$home/$path" "$root/root/$(dirname "$path")/"
    fi
  done
}

# copy PATH…: into the new root, at the same place, what is there of it.
copy() {
  local path
  for path in "$@"; do
    if [ -e "$path" ]; then
      mkdir -p "$root$(dirname "$path")"
      cp -aL --remove-destination "$path" "$root$(dirname "$path")/"
    fi
  done
}

make_root() {
  local site
  site=$(mirror)
  [ -n "$site" ] || die "apt knows no mirror of Debian $suite; run apt-get update first"
  say "making a root of Debian $suite"
  debootstrap --variant=minbase --include=git,ca-certificates "$suite" "$root" "$site" >"$root.log" ||
    die 'debootstrap failed, see its log'
  rm -rf "$root/etc/apt/sources.list"
  copy /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/keyrings /etc/apt/trusted.gpg.d \
    /etc/apt/auth.conf /etc/apt/auth.conf.d /etc/apt/apt.conf /etc/apt/apt.conf.d \
    /usr/share/keyrings /usr/local/share/ca-certificates /etc/hosts /etc/resolv.conf \
    /etc/maven/settings.xml /etc/pip.conf
  copy_settings .m2/settings.xml .m2/settings-security.xml .npmrc .config/pip .pip .config/go/env
  # A mount of its own, as the root of a machine is; tests make it read-only in their sandboxes.
  mount --bind "$root" "$root"
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  inside update-ca-certificates >/dev/null
  # Under sudo the repository may be somebody else's.
  env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' \
    git clone -q --no-hardlinks "$repository" "$root$source_folder"
}

# inside COMMAND…: in the new root, with a clean environment but for what leads to the network.
inside() {
  local name settings=()
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY GOPROXY GONOSUMDB \
    PIP_INDEX_URL PIP_EXTRA_INDEX_URL MAVEN_OPTS MAVEN_ARGS; do
    [ -z "${!name:-}" ] || settings+=("$name=${!name}")
  done
  env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" "${settings[@]}" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    chroot "$root" "$@"
}

in_clone() {
  # shellcheck disable=SC2016 # for the shell inside
  inside sh -c 'cd "$1" && shift && exec "$@"' sh "$source_folder" "$@"
}

free_port() {
  /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# serve LABEL FILTER ARG…: ./dev run ARG… until its metrics answer and have what FILTER finds, then
# Ctrl-C, after which nothing may be left.
serve() {
  local label=$1 wanted=$2 port start=$SECONDS pid status=0 left
  shift 2
  port=$(free_port)
  say "$label"
  set -m # a job of its own, which Ctrl-C reaches as in a terminal
  in_clone ./dev run "$@" --web.listen-address "127.0.0.1:$port" &
  pid=$!
  set +m
  until curl -sf "http://127.0.0.1:$port/metrics" | grep -Eq "$wanted"; do
    kill -0 "$pid" 2>/dev/null || die "$label ended by itself"
    [ $((SECONDS - start)) -lt 1200 ] || die "$label shows no traffic after 20 minutes"
    sleep 1
  done
  say "$label: traffic on /metrics after $((SECONDS - start)) s"
  kill -INT -- "-$pid"
  wait "$pid" || status=$?
  [ "$status" -eq 0 ] || die "$label: exit status $status after Ctrl-C"
  left=$(pgrep -l -f . | grep -v -E '^[0-9]+ (bash|sh|sudo|pgrep|grep|unshare)$' || true)
  [ -z "$left" ] || die "$label left running: $left"
}

main_inside() {
  root=$1
  shift
  mount -t proc proc /proc # of the new process namespace
  make_root
  local what start
  for what in "$@"; do
    start=$SECONDS
    case $what in
      run) serve './dev run' '^flow_receive_bytes_total\{.* [1-9]' ;;
      kafka) serve './dev run --kafka' '^flow_receive_bytes_total\{.* [1-9]' --kafka ;;
      test) in_clone ./dev test || die './dev test failed' ;;
    esac
    say "$what passed, $((SECONDS - start)) s"
  done
}

if [ "${1:-}" = --inside ]; then
  shift
  main_inside "$@"
  exit
fi

[ "$(id -u)" -eq 0 ] || die "must be root"
for word in "$@"; do
  case $word in
    run | kafka | test) ;;
    *) die "there is no '$word': run, kafka or test" ;;
  esac
done
[ $# -gt 0 ] || set -- run kafka test
[ -z "$(git -c safe.directory='*' -C "$repository" status --porcelain)" ] ||
  say "there are changes that are not committed; they are not in the clone"
parent=$(mktemp -d /var/tmp/weir-fresh-XXXXXX)
trap 'rm -rf --one-file-system "$parent"' EXIT # after Ctrl-C too
status=0
# Own namespaces: whatever happens inside, no process and no mount outlives it.
unshare --mount --propagation private --pid --fork --kill-child \
  bash "${BASH_SOURCE[0]}" --inside "$parent/root" "$@" || status=$?
if [ "$status" -eq 0 ]; then
  say 'a fresh machine runs it and passes its tests'
elif cp "$parent/root.log" /var/tmp/weir-fresh.log 2>/dev/null; then
  say 'the log of debootstrap is /var/tmp/weir-fresh.log'
fi
exit "$status"
