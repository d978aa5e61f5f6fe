// What the Go sidecar does in each round, and its HTTP server: the yardstick of Benchmarks/bench.py.
//
// Each round probes the mounts one after the other. A probe runs in a goroutine of its own and hands
// its result over a channel, because a context's deadline cannot end a system call.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

type mountStatus struct {
	Name         string `json:"name"`
	Path         string `json:"path"`
	Status       string `json:"status"`
	LastCheck    string `json:"last_check,omitempty"`
	FailureCount int    `json:"failure_count"`
}

type answer struct {
	Status    string        `json:"status"`
	Timestamp string        `json:"timestamp"`
	Mounts    []mountStatus `json:"mounts"`
}

type watch struct {
	canary  string
	timeout time.Duration
	lock    sync.Mutex
	mounts  []mountStatus
	healthy []bool
}

func (w *watch) probe(path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), w.timeout)
	defer cancel()
	result := make(chan error, 1)
	go func() {
		if w.canary != "" {
			_, err := os.ReadFile(path + "/" + w.canary)
			result <- err
			return
		}
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() {
			err = errors.New("path is not a directory")
		}
		result <- err
	}()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *watch) round() {
	for i := range w.mounts {
		begun := time.Now()
		err := w.probe(w.mounts[i].Path)
		w.lock.Lock()
		w.healthy[i] = err == nil
		w.mounts[i].LastCheck = begun.Format(time.RFC3339)
		if err == nil {
			w.mounts[i].Status, w.mounts[i].FailureCount = "healthy", 0
		} else {
			w.mounts[i].Status = "degraded"
			w.mounts[i].FailureCount++
		}
		w.lock.Unlock()
	}
}

func (w *watch) ready(response http.ResponseWriter, request *http.Request) {
	w.lock.Lock()
	all := true
	for _, healthy := range w.healthy {
		all = all && healthy
	}
	mounts := append([]mountStatus(nil), w.mounts...)
	w.lock.Unlock()
	document := answer{"healthy", time.Now().Format(time.RFC3339), mounts}
	code := http.StatusOK
	if !all {
		document.Status, code = "unhealthy", http.StatusServiceUnavailable
	}
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(code)
	json.NewEncoder(response).Encode(document)
}

// Stands in for an answer of a given size, so that both servers send as many bytes.
func fixed(size int) http.HandlerFunc {
	body := make([]byte, size)
	for i := range body {
		body[i] = 'x'
	}
	return func(response http.ResponseWriter, request *http.Request) {
		response.Header().Set("Content-Type", "application/json")
		response.Write(body)
	}
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address of the HTTP server")
	canary := flag.String("canary", "", "file to read below each mount; none: stat the directory")
	interval := flag.Duration("interval", time.Second, "time between rounds")
	timeout := flag.Duration("timeout", 500*time.Millisecond, "how long a probe may take")
	size := flag.Int("size", 0, "bytes of the answer at /fixed")
	flag.Parse()

	w := &watch{canary: *canary, timeout: *timeout, healthy: make([]bool, flag.NArg())}
	for _, path := range flag.Args() {
		w.mounts = append(w.mounts, mountStatus{Name: path, Path: path, Status: "unknown"})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz/ready", w.ready)
	mux.HandleFunc("/fixed", fixed(*size))
	server := &http.Server{Addr: *listen, Handler: mux, ReadTimeout: 15 * time.Second,
		ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 15 * time.Second, IdleTimeout: time.Minute}
	go server.ListenAndServe()

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-stop
		os.Exit(0)
	}()
	ticker := time.NewTicker(*interval)
	w.round()
	for range ticker.C {
		w.round()
	}
}
