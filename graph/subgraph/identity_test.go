package subgraph

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"testing"
)

// writeIdentity writes a certificate and its private key to one file.
func writeIdentity(t *testing.T, path string, c tls.Certificate) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, path, pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}, pem.Block{Type: "PRIVATE KEY", Bytes: key})
}
