#!/usr/bin/env bash
# kernel.sh FOLDER CONNECTION_FILE: a Caffe kernel in the folder that prepare.sh has made. It sees nothing of the host's files.
set -euo pipefail

root=$1 connection=tmp/connection-$$.json
# The kernel makes a connection file of its own, without a word, where it is not given one that it can read.
cp "$2" "$root/$connection"
exec env -u PYTHONPATH -u TMPDIR -u JUPYTER_PATH -u IPYTHONDIR HOME=/root PATH=/usr/bin:/bin GLOG_minloglevel=2 \
    /usr/sbin/chroot "$root" /opt/k/bin/python -m ipykernel_launcher -f "/$connection"
