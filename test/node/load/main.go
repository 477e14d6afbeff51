// Command load uses a known amount of processor time and holds a known amount of memory, so that what is measured of it
// can be compared with what it does.
//
//	load -millicores=150 -mebibytes=96
//
// A request POST /hold?mebibytes=256 to port 8080 makes it hold more.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

func main() {
	millicores := flag.Int("millicores", 0, "thousandths of a core to use, at most 1000")
	mebibytes := flag.Int("mebibytes", 0, "MiB of memory to hold")
	flag.Parse()
	var held memory
	held.hold(*mebibytes)
	go burn(float64(*millicores) / 1000)
	http.HandleFunc("POST /hold", held.serve)
	server := &http.Server{Addr: ":8080", ReadHeaderTimeout: time.Second}
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
	os.Exit(1)
}

// memory is held until the end.
type memory struct {
	mu     sync.Mutex
	blocks [][]byte
}

const (
	mebibyte = 1 << 20
	// page is the least that the kernel gives.
	page = 4096
)

// hold makes it hold so many MiB more. The kernel gives a page only when something is written to it.
func (m *memory) hold(mebibytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for range mebibytes {
		block := make([]byte, mebibyte)
		for i := 0; i < len(block); i += page {
			block[i] = 1
		}
		m.blocks = append(m.blocks, block)
	}
}

func (m *memory) serve(w http.ResponseWriter, r *http.Request) {
	mebibytes, err := strconv.Atoi(r.FormValue("mebibytes"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	m.hold(mebibytes)
}
