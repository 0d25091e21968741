#!/bin/sh
# The measure itself, by the tool, in the same run: to compare verify_*_p256 with.
openssl speed -seconds 1 ecdsap256 2>/dev/null |
	awk 'END { printf "{\"name\": \"openssl_speed_p256\", \"value\": %.3f, \"unit\": \"us\", \"limit\": null, \"holds\": true}\n", 1e6 / $NF }'
