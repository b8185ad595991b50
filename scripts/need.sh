#!/bin/sh
# need.sh PROGRAM:PACKAGE...: make sure that programs are there; install their Debian packages if that is possible.
set -eu

missing=
for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null 2>&1 && { [ -z "$as_root" ] || sudo -n true 2>/dev/null; }; then
    echo "Installing system packages:$missing"
    $as_root apt-get update -qq
    # shellcheck disable=SC2086  # several words are meant
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi
echo "Missing system packages:$missing" >&2
echo "Install them and run this again. Debian, Ubuntu: sudo apt-get install$missing; Fedora: sudo dnf install$missing" >&2
exit 1
