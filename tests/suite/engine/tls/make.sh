#!/bin/sh
# Makes the certificates of these tests: a root that nobody trusts, and a server's and a client's certificate of it.
# All are valid for 100 years. The root's key is thrown away.
set -eu
cd "$(dirname "$0")"
new() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1"; }
sign() { # name, extensions
    new "$1_key.pem"
    openssl req -new -key "$1_key.pem" -subj "/CN=numport test $1" |
        openssl x509 -req -CA root.pem -CAkey root_key.tmp -set_serial "$3" -days 36500 -sha256 -extfile "$2" -out "$1.pem"
    rm "$2"
}
new root_key.tmp
openssl req -x509 -new -key root_key.tmp -subj "/CN=numport test root" -days 36500 -sha256 \
    -addext keyUsage=critical,keyCertSign -out root.pem
printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n' >server.tmp
sign server server.tmp 2
printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\nsubjectAltName=DNS:client.example.com\n' >client.tmp
sign client client.tmp 3
rm root_key.tmp
