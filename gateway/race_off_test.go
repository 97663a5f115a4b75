//go:build !race

package gateway

import "time"

// attackTime is how soon every attack must have been answered.
const attackTime = 200 * time.Millisecond
