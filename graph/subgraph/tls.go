package subgraph

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// TLSFiles names the files of a TLS configuration; "" leaves one out.
type TLSFiles struct {
	Identity string // PEM: client certificate and private key
	CA       string // PEM: certificate authorities, in place of the system's
	// AcceptInvalidCerts accepts any certificate of the subgraph. For development only.
	AcceptInvalidCerts bool
}

// LoadTLS reads the files. It returns nil where the defaults will do.
func LoadTLS(f TLSFiles) (*tls.Config, error) {
	if f == (TLSFiles{}) {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: f.AcceptInvalidCerts}
	if f.Identity != "" {
		pair, err := tls.LoadX509KeyPair(f.Identity, f.Identity)
		if err != nil {
			return nil, fmt.Errorf("client certificate: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("certificate authorities: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("certificate authorities: %w", errors.New("no certificate in "+f.CA))
		}
	}
	return c, nil
}
