package config

import "time"

// Network is the [network] table: the public listener.
type Network struct {
	// Address that the gateway listens on. Listening beyond loopback without authentication needs `authentication.default = "anonymous"`.
	ListenAddress string `toml:"listen_address" check:"address"`
	// Origin under which clients reach the gateway. Needed for OAuth metadata and challenges once authentication is on; never derived from the Host header.
	PublicURL string `toml:"public_url" check:"origin"`
	// Proxies, as addresses or networks, whose X-Forwarded-For, -Proto and -Host headers are believed.
	TrustedProxies []string `toml:"trusted_proxies" check:"network"`
	// Time in which a client must have sent its request headers.
	ReadHeaderTimeout time.Duration `toml:"read_header_timeout"`
	// Time in which a client must have sent its whole request.
	ReadTimeout time.Duration `toml:"read_timeout"`
	// Time after which an idle kept-alive connection is closed.
	IdleTimeout time.Duration `toml:"idle_timeout"`
	// Time that requests in flight may take to finish once the gateway was told to stop.
	ShutdownTimeout time.Duration `toml:"shutdown_timeout"`
	// Greatest size of all request headers together.
	MaxHeaderSize Size `toml:"max_header_size"`
	// Whether responses are compressed for clients that accept it.
	Compression bool `toml:"compression"`
}

func defaultNetwork() Network {
	return Network{
		ListenAddress:     "127.0.0.1:4000",
		TrustedProxies:    []string{},
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ShutdownTimeout:   30 * time.Second,
		MaxHeaderSize:     64 * KiB,
		Compression:       true,
	}
}

func (n Network) validate(c *checker, p path) {
	if n.ListenAddress == "" {
		c.add(p.child("listen_address"), "must not be empty")
	}
	c.positive(p.child("read_header_timeout"), n.ReadHeaderTimeout)
	c.positive(p.child("read_timeout"), n.ReadTimeout)
	if n.MaxHeaderSize == 0 {
		c.add(p.child("max_header_size"), "must be greater than zero")
	}
}

// TLS is the [tls] table: the certificate of the public listener. Both files are read again when they change.
type TLS struct {
	// PEM file with the certificate chain. Without it the listener speaks plain HTTP.
	Certificate Path `toml:"certificate"`
	// PEM file with the private key.
	Key Path `toml:"key"`
}

func (t TLS) validate(c *checker, p path) {
	if t.Certificate.IsZero() != t.Key.IsZero() {
		c.add(p, "needs both certificate and key")
	}
}

// Health is the [health] table.
type Health struct {
	// Whether liveness and readiness are answered.
	Enabled bool `toml:"enabled"`
	// Path of the liveness check: the process runs and serves.
	Path string `toml:"path" check:"path"`
	// Path of the readiness check: a schema is loaded, and the last reload did not fail.
	ReadyPath string `toml:"ready_path" check:"path"`
	// Address of a listener of its own for the checks. Empty: the public listener.
	Listen string `toml:"listen" check:"address"`
}

func defaultHealth() Health {
	return Health{Enabled: true, Path: "/health", ReadyPath: "/ready"}
}

// Admin is the [admin] table: a listener for operators, apart from the public one.
type Admin struct {
	// Whether the admin listener is opened. It serves the candidates for trusted documents.
	Enabled bool `toml:"enabled"`
	// Address that it listens on.
	Listen string `toml:"listen" check:"address"`
	// Bearer token that requests must carry. Required when the address is not a loopback one.
	Token Secret `toml:"token"`
}

func defaultAdmin() Admin { return Admin{Listen: "127.0.0.1:4001"} }

func (a Admin) validate(c *checker, p path) {
	if a.Enabled && !isLoopback(a.Listen) && a.Token.IsZero() {
		c.add(p.child("token"), "is required, because admin.listen is not a loopback address")
	}
}
