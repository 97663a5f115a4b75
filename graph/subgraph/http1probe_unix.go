//go:build unix

package subgraph

import (
	"errors"
	"net"
	"syscall"
)

// canProbe tells that idle connections can be looked at without waiting.
const canProbe = true

var (
	errStale     = errors.New("connection was closed by the server")
	errUnbidden  = errors.New("server sent something without being asked")
	errNoSyscall = errors.New("connection has no file descriptor")
)

// newProbe returns a function that tells, without waiting, whether nothing has happened on an idle connection: that the server closed it must not be found out
// with a mutation, and what it sent meanwhile must not be taken for the next response.
func newProbe(c net.Conn) func() error {
	socket, ok := c.(syscall.Conn)
	if !ok {
		return func() error { return errNoSyscall }
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return func() error { return err }
	}
	var found error
	var b [1]byte
	look := func(fd uintptr) bool {
		n, err := syscall.Read(int(fd), b[:])
		switch {
		case n > 0:
			found = errUnbidden
		case errors.Is(err, syscall.EAGAIN):
			found = nil
		case err != nil:
			found = err
		default:
			found = errStale
		}
		return true
	}
	return func() error {
		if err := raw.Read(look); err != nil {
			return err //nolint:wrapcheck // only that there is one matters
		}
		return found
	}
}
