//go:build race

package gateway

import "time"

// attackTime is longer under the race detector, which slows everything down.
const attackTime = 2 * time.Second
