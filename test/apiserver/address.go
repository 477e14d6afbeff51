package apiserver

import (
	"net"
	"testing"
)

// FreeAddress returns an address that nobody listens at, for what is started beside
// an API server.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
