#!/bin/sh
# Print the headers that sign a request: `sh sign.sh METHOD URL [FILE WITH THE BODY]`.
#
# The private key, 64 hexadecimal characters, is in the file that COLONIES_PRVKEY_FILE names. It
# needs openssl 1.1.1 or later, xxd, sed and od. The key never stands in the arguments of a program.
set -eu
method=$1
url=$2
body=${3-}

key=$(mktemp)
trap 'rm -f "$key"' EXIT
# The key as DER: a sequence of 1, the number, and the name of the curve.
{
    printf '302e0201010420'
    tr -d '\n' <"$COLONIES_PRVKEY_FILE"
    printf 'a00706052b8104000a'
} | xxd -r -p | openssl ec -inform DER -out "$key" 2>/dev/null

public=$(openssl ec -in "$key" -pubout -outform DER 2>/dev/null | tail -c 65 | xxd -p -c 65)
keyid=$(printf '%s' "$public" | openssl dgst -sha3-256 -r | sed 's/ .*//')

covered='"@method" "@target-uri"'
base="\"@method\": $method
\"@target-uri\": $url"
if [ -s "$body" ]; then
    digest="sha-256=:$(openssl dgst -sha256 -binary "$body" | openssl base64 -A):"
    covered="$covered \"content-digest\""
    base="$base
\"content-digest\": $digest"
    printf 'Content-Digest: %s\n' "$digest"
fi
nonce=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
params="($covered);created=$(date +%s);keyid=\"$keyid\";nonce=\"$nonce\""
base="$base
\"@signature-params\": $params"

# openssl writes two numbers as DER; 32 bytes of each, one after the other, are what is sent.
signature=$(printf '%s' "$base" | openssl dgst -sha3-256 -sign "$key" |
    openssl asn1parse -inform DER | sed -n 's/.*INTEGER *://p' |
    sed -e :pad -e 's/^.\{1,63\}$/0&/;t pad' | tr -d '\n' | xxd -r -p | openssl base64 -A)
printf 'Signature-Input: colonies=%s\n' "$params"
printf 'Signature: colonies=:%s:\n' "$signature"
