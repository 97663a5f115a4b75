package gateway

import (
	"crypto/tls"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/sluice-gateway/sluice/gateway/config"
)

// certificateCheck is how often the certificate's files are looked at, at most.
const certificateCheck = 5 * time.Second

// certificate serves a key pair from files and reads it again when they change. A pair that cannot be read leaves the old one in force.
type certificate struct {
	cfg config.TLS

	mu      sync.Mutex
	pair    *tls.Certificate
	stamp   string
	checked time.Time
}

// newTLS returns the server's TLS configuration, or nil for plain HTTP.
func newTLS(cfg config.TLS) (*tls.Config, error) {
	if cfg.Certificate.IsZero() {
		return nil, nil
	}
	c := &certificate{cfg: cfg}
	if err := c.load(c.now()); err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil },
	}, nil
}

func (c *certificate) load(stamp string) error {
	pair, err := tls.LoadX509KeyPair(c.cfg.Certificate.Abs(), c.cfg.Key.Abs())
	if err != nil {
		return fmt.Errorf("tls: %w", err)
	}
	c.pair, c.stamp, c.checked = &pair, stamp, time.Now()
	return nil
}

// now is a fingerprint of the files.
func (c *certificate) now() string {
	var out strings.Builder
	for _, file := range []string{c.cfg.Certificate.Abs(), c.cfg.Key.Abs()} {
		if info, err := os.Stat(file); err == nil {
			fmt.Fprintf(&out, "%d|%d;", info.ModTime().UnixNano(), info.Size())
		}
	}
	return out.String()
}

func (c *certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) >= certificateCheck {
		c.checked = time.Now()
		if stamp := c.now(); stamp != c.stamp {
			_ = c.load(stamp) // half-written files: the next handshake tries again
		}
	}
	return c.pair
}
