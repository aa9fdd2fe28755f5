#!/usr/bin/env bash
# Prints the prefix of a librdkafka that weir can use, building one first where the system's is too
# old: Debian 12's 2.0.2 sends the SCRAM nonce twice, which Kafka 4 refuses, and its C11 threads
# are invisible to ThreadSanitizer; 2.4 to 2.10 crash when a topic is made again. What is built is the source package of Debian's next release,
# fetched and verified by apt from the mirror this machine already uses. Nothing goes to the system.
set -euo pipefail

readonly minimum=2.11.0
readonly version=2.8.0
readonly suite=trixie
readonly recipe=3 # raise when what is done below changes, so that caches are not reused
readonly keyring=/usr/share/keyrings/debian-archive-keyring.gpg

cache_prefix() {
  local id
  # shellcheck source=/dev/null
  id=$(. /etc/os-release && echo "${ID:-linux}${VERSION_ID:-}")
  echo "${WEIR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/weir}/librdkafka-$version-$id-$(uname -m)-$recipe"
}

mirror() {
  local uri
  # shellcheck disable=SC2016 # $(REPO_URI) is apt's
  uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
    'Label: Debian' 'Component: main' | head -n 1)
  if [ -z "$uri" ]; then
    echo "librdkafka.sh: apt knows no Debian mirror; run apt-get update, or install librdkafka-dev >= $minimum" >&2
    return 1
  fi
  echo "$uri"
}

# Downloads the source package into the folder $1. All of apt's state is private to that folder.
download() {
  local dir=$1 uri
  uri=$(mirror)
  mkdir -p "$dir"/state/lists/partial "$dir"/cache/archives/partial
  echo "deb-src [signed-by=$keyring] $uri $suite main" >"$dir/sources.list"
  local options=(
    -o "Dir::Etc::sourcelist=$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State=$dir/state" -o "Dir::Cache=$dir/cache"
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3 -qq
  )
  apt-get "${options[@]}" update
  (cd "$dir" && apt-get "${options[@]}" source --download-only librdkafka)
}

# Puts the headers and the static library of the source folder $1 under $2, with a pkg-config file
# for the final place $3 that names what the library needs.
place() {
  local source=$1 here=$2 prefix=$3
  mkdir -p "$here/include/librdkafka" "$here/lib/pkgconfig"
  cp "$source"/src/rdkafka.h "$source"/src/rdkafka_mock.h "$here/include/librdkafka/"
  cp "$source/src/librdkafka.a" "$here/lib/"
  cat >"$here/lib/pkgconfig/rdkafka.pc" <<PC
Name: librdkafka
Description: The Apache Kafka C library (static)
Version: $version
Requires: libcurl libssl libcrypto liblz4 libzstd zlib
Cflags: -I$prefix/include
Libs: $prefix/lib/librdkafka.a -lm -ldl -lpthread -lrt
PC
}

# When a topic is deleted and made again, this version keeps an entry of its metadata cache that it
# has freed, in the tree by topic id, and crashes when it looks there (its issues 4778 and 4964).
# The old entry has to leave that tree also where the new one came with an id of its own.
mend() {
  local file=$1/src/rdkafka_metadata_cache.c
  local before='} else if (old \&\& !RD_KAFKA_UUID_IS_ZERO(' after='if (old \&\& old_by_id != old \&\& !RD_KAFKA_UUID_IS_ZERO('
  if [ "$(grep -c "${before//\\/}" "$file")" -ne 1 ]; then
    echo "librdkafka.sh: $file is not as it was expected; see whether $version still needs mending" >&2
    return 1
  fi
  sed -i "s/$before/}\n        $after/" "$file"
}

build() {
  local prefix=$1 dir=$2 source=$2/source feature
  download "$dir"
  if ! compgen -G "$dir/librdkafka_$version*.dsc" >/dev/null; then
    echo "librdkafka.sh: $suite no longer has librdkafka $version, but:" "$dir"/*.dsc >&2
    return 1
  fi
  # apt has checked the files against the signed index, so the uploader's own signature adds nothing.
  dpkg-source --no-check -x "$dir"/librdkafka_"$version"*.dsc "$source"
  mend "$source"
  cd "$source"
  ./configure --disable-c11threads --enable-ssl --enable-zlib --enable-zstd --enable-lz4-ext \
    --enable-curl --disable-gssapi
  # configure leaves out what it cannot find, without failing.
  for feature in SSL ZLIB ZSTD LZ4_EXT CURL SASL_SCRAM OAUTHBEARER_OIDC; do
    if ! grep -q "#define WITH_$feature 1" config.h; then
      cat config.log
      echo "librdkafka.sh: configure found no way to have WITH_$feature" >&2
      return 1
    fi
  done
  make -C src -j "$(nproc)" librdkafka.a
  place "$source" "$dir/installed" "$prefix"
  rm -rf "$prefix"
  mv "$dir/installed" "$prefix"
}

main() {
  if pkg-config --atleast-version="$minimum" rdkafka 2>/dev/null; then
    pkg-config --variable=prefix rdkafka
    return
  fi
  local prefix
  prefix=$(cache_prefix)
  mkdir -p "$(dirname "$prefix")"
  exec 9>"$prefix.lock"
  flock 9 # two builds at once would move into the same place
  if [ ! -e "$prefix/lib/librdkafka.a" ]; then
    echo "building librdkafka $version (once, about a minute)" >&2
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    local status=0
    set +e # not `if !`, under which bash would ignore failures inside
    (set -e && build "$prefix" "$work") >"$work/log" 2>&1
    status=$?
    set -e
    if [ "$status" -ne 0 ]; then
      tail -n 40 "$work/log" >&2
      echo "librdkafka.sh: the build failed, its last lines are above" >&2
      return 1
    fi
  fi
  echo "$prefix"
}

main
