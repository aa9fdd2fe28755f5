#!/usr/bin/env bash
# Builds the image of deploy/Dockerfile and runs the program in it as its user, without Docker: with
# Debian's buildah, on a base that debootstrap makes from the mirror of this machine. Needs root, and
# takes some minutes the first time; base and layers are kept in ${WEIR_CACHE:-~/.cache/weir}/image.
#
#   deploy/check-image.sh [CONTEXT]     CONTEXT: the tree to build from (this one)
set -euo pipefail
context=$(realpath "${1:-$(dirname "${BASH_SOURCE[0]}")/..}")
readonly context
readonly kept=${WEIR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/weir}/image
readonly base=localhost/weir-base:bookworm image=localhost/weir:check
work=$(mktemp -d)
readonly work
container=

die() {
  echo "check-image: $*" >&2
  exit 1
}

builder() { buildah --storage-driver=vfs --root "$kept/storage" --runroot "$work/run" "$@"; }

cleanup() {
  [ -z "$container" ] || builder rm "$container" >/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

mirror() {
  local uri
  # shellcheck disable=SC2016 # $(REPO_URI) is apt's
  uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
    'Label: Debian' 'Component: main' 'Codename: bookworm' | head -n 1)
  [ -n "$uri" ] || die "apt knows no mirror of Debian 12; run apt-get update"
  echo "$uri"
}

# The packages that debian:bookworm-slim has, without what its makers leave out (docs, translations).
make_base() {
  local uri root=$work/base
  uri=$(mirror)
  echo "making the base image from $uri" >&2
  debootstrap --variant=minbase bookworm "$root" "$uri" >"$work/log" || {
    tail "$work/log" >&2
    die "debootstrap failed"
  }
  rm -rf "$root"/usr/share/{doc,locale,man,info}/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
  # A mirror behind a CA of one's own, or settings that it needs.
  cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
  local from
  from=$(builder from scratch)
  builder add -q "$from" "$root" / >/dev/null
  builder config --cmd bash "$from"
  builder commit -q "$from" "$base" >/dev/null
  builder rm "$from" >/dev/null
  rm -rf "$root"
}

build() {
  local proxies=() name
  for name in http_proxy https_proxy no_proxy; do
    [ -z "${!name:-}" ] || proxies+=(--build-arg "$name=${!name}")
  done
  builder bud --isolation=chroot --pull-never --layers --format docker "${proxies[@]}" \
    --build-arg "DEBIAN=$base" --build-arg "VERSION=check" \
    -f "$context/deploy/Dockerfile" -t "$image" "$context" >"$work/log" 2>&1 || {
    tail -n 60 "$work/log" >&2
    die "the image cannot be built, see above"
  }
  # `latest` layers of what is replaced by now.
  builder rmi --prune >/dev/null 2>&1 || true
}

inside() { builder run --isolation=chroot --user 9590:9590 "$container" -- "$@"; }

# The program's own start, so that it gets the signal itself: the image's user, a read-only image but
# for the two volumes, as compose.yaml has it.
# shellcheck disable=SC2016 # expanded by the inner shell
readonly contained='
  set -eu
  root=$1
  shift
  mount --bind "$root" "$root"
  for volume in /var/cache/weir /var/lib/weir; do
    mount --bind "$root$volume" "$root$volume"
  done
  mount -o remount,bind,ro "$root"
  mount -t proc proc "$root/proc"
  exec chroot --userspec=9590:9590 "$root" /usr/bin/env -i \
    CACHE_DIRECTORY=/var/cache/weir STATE_DIRECTORY=/var/lib/weir "$@"'

# Does it run, as its user, with nothing writable but its two folders, and stop when told to?
try_program() {
  local root pid status=0 port=19590 version folder
  container=$(builder from --pull-never "$image")
  version=$(inside /usr/bin/weir --version)
  echo "$version"
  if [ -d "$context/.git" ] && [[ $version != *$(git -C "$context" rev-parse --short=12 HEAD)* ]]; then
    die "the program does not know its commit"
  fi
  [ "$(inside /usr/bin/id -u)" = 9590 ] || die "the user of the image is not 9590"
  inside /usr/bin/flow-exporter --help | grep -q -- --brokers || die "flow-exporter is not there"
  for folder in /var/cache/weir /var/lib/weir; do
    inside /usr/bin/test -w "$folder" || die "$folder is not writable for the user of the image"
  done
  root=$(builder mount "$container")
  unshare --mount --propagation private sh -c "$contained" sh "$root" \
    /usr/bin/weir export --demo --as-names none --web.listen-address "127.0.0.1:$port" \
    >"$work/program.log" 2>&1 &
  pid=$!
  for _ in $(seq 100); do
    ! inside /usr/libexec/weir/healthcheck "127.0.0.1:$port" 2>/dev/null || break
    sleep 0.1
  done
  inside /usr/libexec/weir/healthcheck "127.0.0.1:$port" || {
    cat "$work/program.log" >&2
    die "the health check fails"
  }
  ! inside /usr/libexec/weir/healthcheck "127.0.0.1:1" 2>/dev/null || die "the health check cannot fail"
  kill -TERM "$pid"
  wait "$pid" || status=$?
  [ "$status" -eq 0 ] || {
    cat "$work/program.log" >&2
    die "SIGTERM: exit status $status"
  }
}

main() {
  local tool
  [ "$(id -u)" -eq 0 ] || die "needs root"
  for tool in buildah debootstrap; do
    command -v "$tool" >/dev/null || die "apt-get install buildah debootstrap"
  done
  mkdir -p "$kept"
  builder images -q "$base" >/dev/null 2>&1 || make_base
  build
  try_program
  echo "the image works; its size, with a base of $(size "$base"): $(size "$image")"
}

size() { builder images --format '{{.Size}}' "$1"; }

main
