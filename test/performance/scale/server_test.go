package scale

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
)

// serveEnv tells the test binary to be the API server of so many pods and
// reports, so that the server's memory and time do not count.
const serveEnv = "SCALE_TEST_API_SERVER"

func TestMain(m *testing.M) {
	flag.Parse()
	of := os.Getenv(serveEnv)
	if of == "" {
		os.Exit(m.Run())
	}
	if err := serve(of); err != nil {
		fmt.Fprintln(os.Stderr, "the synthetic API server:", err)
		os.Exit(1)
	}
}

// serve prints its address and runs until the input ends.
func serve(of string) error {
	var pods, reports int
	if _, err := fmt.Sscan(of, &pods, &reports); err != nil {
		return err
	}
	s, err := newAPIServer(cluster(pods), reports)
	if err != nil {
		return err
	}
	server := httptest.NewServer(s)
	fmt.Fprintln(os.Stdout, server.URL)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// startAPIServer returns the address of an API server that ends with the test.
func startAPIServer(tb testing.TB, c cluster, reports int) string {
	tb.Helper()
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d", serveEnv, c.pods(), reports))
	server.Stderr = os.Stderr
	// The server ends when the pipe does, however this process ends.
	stdin, err := server.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := server.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _, _ = stdin.Close(), server.Wait() })
	var url string
	if _, err := fmt.Fscan(stdout, &url); err != nil {
		tb.Fatal(err)
	}
	return url
}

func countsOf(tb testing.TB, url string) (n counts) {
	tb.Helper()
	response, err := http.Get(url + "/counts")
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&n); err != nil {
		tb.Fatal(err)
	}
	return n
}
