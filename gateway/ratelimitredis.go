package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/sluice-gateway/sluice/gateway/config"
)

// redisTimeout bounds one question to Redis: a request must not wait long to learn that it may pass.
const redisTimeout = 250 * time.Millisecond

// redisCounters are counters that replicas share.
type redisCounters struct {
	client *redis.Client
	prefix string
	log    *slog.Logger
}

func newRedisCounters(cfg config.Redis, log *slog.Logger) (*redisCounters, error) {
	opts, err := redis.ParseURL(cfg.URL.Reveal())
	if err != nil {
		return nil, errors.New("gateway.rate_limit.redis.url: not a Redis URL")
	}
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = redisTimeout, redisTimeout, redisTimeout
	opts.MaxRetries = 1
	opts.DisableIdentity = true
	if opts.TLSConfig, err = redisTLS(cfg.TLS, opts.TLSConfig); err != nil {
		return nil, err
	}
	return &redisCounters{client: redis.NewClient(opts), prefix: cfg.KeyPrefix, log: log}, nil
}

func redisTLS(cfg config.RedisTLS, base *tls.Config) (*tls.Config, error) {
	if cfg.Cert.IsZero() && cfg.CA.IsZero() {
		return base, nil
	}
	if base == nil {
		base = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if !cfg.Cert.IsZero() {
		pair, err := tls.LoadX509KeyPair(cfg.Cert.Abs(), cfg.Key.Abs())
		if err != nil {
			return nil, fmt.Errorf("gateway.rate_limit.redis.tls: %w", err)
		}
		base.Certificates = []tls.Certificate{pair}
	}
	if !cfg.CA.IsZero() {
		pem, err := os.ReadFile(cfg.CA.Abs())
		if err != nil {
			return nil, fmt.Errorf("gateway.rate_limit.redis.tls.ca: %w", err)
		}
		base.RootCAs = x509.NewCertPool()
		if !base.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("gateway.rate_limit.redis.tls.ca: no certificate in %s", cfg.CA)
		}
	}
	return base, nil
}

// redisLimiter counts requests in windows that all replicas share. While Redis does not answer, each replica counts for itself: a limit that
// lets too much through for a while is better than a gateway that serves nobody.
type redisLimiter struct {
	*redisCounters
	rate  config.Rate
	name  string
	local *buckets
}

func (l *redisLimiter) allow(ctx context.Context, key string) (bool, time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, redisTimeout)
	defer cancel()
	now := time.Now()
	window := now.UnixNano() / int64(l.rate.Duration)
	id := l.prefix + ":" + l.name + ":" + hashed(key) + ":" + strconv.FormatInt(window, 36)
	pipe := l.client.Pipeline()
	count := pipe.Incr(ctx, id)
	pipe.PExpire(ctx, id, 2*l.rate.Duration)
	if _, err := pipe.Exec(ctx); err != nil {
		l.log.WarnContext(ctx, "rate limit counters are out of reach, counting locally", slog.Any("error", err))
		return l.local.allow(ctx, key)
	}
	if count.Val() <= int64(l.rate.Limit) {
		return true, 0
	}
	return false, time.Unix(0, (window+1)*int64(l.rate.Duration)).Sub(now)
}
