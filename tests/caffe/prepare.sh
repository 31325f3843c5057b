#!/usr/bin/env bash
# prepare.sh FOLDER: Debian 11 with the real Caffe and a current kernel in FOLDER; no later Debian has Caffe.
# Ends with 0 when it is there, with 3 and a reason as the last line when it cannot be had here.
set -euo pipefail

root=$(realpath -m -- "${1:?the folder to make it in}")
recipe=$(sha256sum "$0" | cut -c1-16)
export LC_ALL=C

cannot() {
    echo "$*"
    exit 3
}

inside() {
    env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        chroot "$root" "$@" < /dev/null
}

mirror() ( # the host's own, so that a machine behind one asks no other
    set +o pipefail
    cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2> /dev/null |
        sed -n -e 's/^URIs: *//p' -e 's/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' | grep -m 1 '/debian/*$'
)

is_there() {
    [[ $(cat "$root/.seednb-recipe" 2> /dev/null) == "$recipe" ]]
}

! is_there || exit 0
[[ $(id -u) == 0 ]] || cannot "only root can make a folder to chroot into"
[[ $(uname -sm) == "Linux x86_64" ]] || cannot "Debian's Caffe is taken on Linux x86_64 only"
command -v apt-get > /dev/null || cannot "there is no apt-get on this machine"
url=$(mirror) || cannot "no Debian mirror stands in apt's sources"

mkdir -p "$(dirname "$root")" || cannot "the folder $(dirname "$root") cannot be made"
exec 9> "$root.lock"
flock 9
! is_there || exit 0
echo "seednb: making $root (Debian 11 and Caffe: some minutes, 900 MB, once)"
if ! command -v debootstrap > /dev/null; then
    { apt-get -o DPkg::Lock::Timeout=300 update -qq &&
        apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends debootstrap; } > /dev/null ||
        cannot "debootstrap cannot be installed"
fi
umount "$root/proc" "$root/sys" 2> /dev/null || true # a debootstrap that was killed leaves them mounted
rm -rf --one-file-system "$root"
debootstrap --variant=minbase bullseye "$root" "$url" > "$root.log" 2>&1 || cannot "debootstrap failed, see $root.log"
echo "deb $url bullseye main" > "$root/etc/apt/sources.list"
{
    inside apt-get update -qq &&
        inside apt-get install -y -qq --no-install-recommends python3-caffe python3-venv python3-pip
} >> "$root.log" 2>&1 || cannot "Caffe cannot be installed, see $root.log"

certificates=/etc/ssl/certs/ca-certificates.crt
if [[ -e $certificates ]]; then
    mkdir -p "$root/etc/ssl/certs" && cp "$certificates" "$root$certificates"
    inside_pip=(env PIP_CERT="$certificates")
else
    inside_pip=()
fi
{
    inside python3 -m venv --system-site-packages /opt/k &&
        inside "${inside_pip[@]}" /opt/k/bin/pip install -q --disable-pip-version-check \
            'ipykernel==6.31.0' 'ipython==8.18.1' 'matplotlib-inline<0.2'
} >> "$root.log" 2>&1 || cannot "the kernel cannot be installed into it, see $root.log"
inside apt-get clean
rm -rf "$root"/var/lib/apt/lists/* "$root/root/.cache"
inside env GLOG_minloglevel=2 /opt/k/bin/python -c 'import caffe, ipykernel' >> "$root.log" 2>&1 || cannot "caffe cannot be imported there, see $root.log"
echo "$recipe" > "$root/.seednb-recipe"
