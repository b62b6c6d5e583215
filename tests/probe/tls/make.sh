#!/bin/sh
# Makes the certificates of these tests: a root that nobody trusts, and a server's certificate of it. Both are valid for
# 100 years. The root's key is thrown away.
set -eu
cd "$(dirname "$0")"
new() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1"; }
new root_key.tmp
openssl req -x509 -new -key root_key.tmp -subj "/CN=numport probe root" -days 36500 -sha256 \
    -addext keyUsage=critical,keyCertSign -out root.pem
new server_key.pem
printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:*.tls.test\n' >server.tmp
openssl req -new -key server_key.pem -subj "/CN=numport probe server" |
    openssl x509 -req -CA root.pem -CAkey root_key.tmp -set_serial 2 -days 36500 -sha256 -extfile server.tmp -out server.pem
rm root_key.tmp server.tmp
