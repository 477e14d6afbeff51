package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fakeCluster is an operation on a cluster whose programs are shell scripts.
func fakeCluster(t *testing.T, scripts map[string]string) *operation {
	t.Helper()
	binaries := t.TempDir()
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(binaries, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c, err := handle(t.TempDir(), t.Output())
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.stopAll(); err != nil {
			t.Error(err)
		}
		o.end()
	})
	o.state.Binaries = binaries
	o.state.MetricResolution = DefaultMetricResolution
	return o
}

func TestAFailureShowsTheComponentAndItsLog(t *testing.T) {
	o := fakeCluster(t, map[string]string{
		Etcd: "for i in $(seq 30); do echo line $i; done; echo no space left >&2; exit 1",
	})
	err := o.bringUp(t.Context(), 0)
	failed, ok := errors.AsType[*ComponentError](err)
	if !ok {
		t.Fatalf("the error is %v, want a ComponentError", err)
	}
	if failed.Component != Etcd || len(failed.LastLines) != shownLines {
		t.Errorf("the error is about %s and has %d lines, want %s and %d", failed.Component, len(failed.LastLines), Etcd, shownLines)
	}
	message := err.Error()
	for _, want := range []string{"etcd: has ended", o.Log(Etcd), "line 12\n", "line 30\n", "no space left"} {
		if !strings.Contains(message, want) {
			t.Errorf("%q is not in the error:\n%s", want, message)
		}
	}
	if strings.Contains(message, "line 11\n") {
		t.Errorf("the error shows more than the end of the log:\n%s", message)
	}
}

func TestAMissingProgramIsAFailureOfItsComponent(t *testing.T) {
	err := fakeCluster(t, nil).bringUp(t.Context(), 0)
	failed, ok := errors.AsType[*ComponentError](err)
	if !ok || failed.Component != Etcd || !strings.Contains(err.Error(), "not found") {
		t.Errorf("the error is %v, want one that says that etcd was not found", err)
	}
}

func TestAPortThatWasTakenIsReplaced(t *testing.T) {
	tried := filepath.Join(t.TempDir(), "tried")
	o := fakeCluster(t, map[string]string{
		Etcd: fmt.Sprintf("echo $2 >>%s; echo 'listen tcp: bind: address already in use'; exit 1", tried),
	})
	if err := o.bringUp(t.Context(), 0); err == nil {
		t.Fatal("the cluster is up without etcd")
	}
	content, err := os.ReadFile(tried)
	if err != nil {
		t.Fatal(err)
	}
	urls := map[string]bool{}
	for url := range strings.FieldsSeq(string(content)) {
		urls[url] = true
	}
	if len(urls) != portAttempts {
		t.Errorf("%d ports were tried, want %d:\n%s", len(urls), portAttempts, content)
	}
}

func TestAMovedPortStopsThoseThatKnowIt(t *testing.T) {
	const sleep = "exec sleep 60"
	o := fakeCluster(t, map[string]string{Etcd: sleep, APIServer: sleep, Scheduler: sleep})
	if err := o.prepare(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{Etcd, APIServer, Scheduler} {
		if err := o.replace(name, runningProcess{}, []string{filepath.Join(o.state.Binaries, name)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.movePort(APIServer); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{Etcd: true, APIServer: false, Scheduler: false} {
		if got := o.process(name).Alive(); got != want {
			t.Errorf("%s is alive: %t, want %t", name, got, want)
		}
	}
	if o.state.Ports[APIServer] != 0 || o.state.Ports[Etcd] == 0 {
		t.Errorf("the ports are %v, want none for %s and one for %s", o.state.Ports, APIServer, Etcd)
	}
}

func TestDownEndsWhatACrashedUpHasStarted(t *testing.T) {
	o := fakeCluster(t, map[string]string{Etcd: "exec sleep 60"})
	ctx, crash := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer crash()
	if err := o.bringUp(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Up ends with %v, want %v", err, context.DeadlineExceeded)
	}
	running := o.process(Etcd)
	if !running.Alive() {
		t.Fatal("etcd does not run, so there is nothing to end")
	}
	o.end()
	downLeavesOnlyForeignFiles(t, o)
	if running.Alive() {
		t.Error("etcd still runs")
	}
}

// downLeavesOnlyForeignFiles ends the cluster and looks at its folder.
func downLeavesOnlyForeignFiles(t *testing.T, o *operation) {
	t.Helper()
	foreign := filepath.Join(string(o.layout), "of the user")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Down(string(o.layout), t.Output()); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(string(o.layout), "*"))
	if err != nil || len(left) != 1 || left[0] != foreign {
		t.Errorf("left are %v, %v, want %s only", left, err, foreign)
	}
}

func TestDownWithoutAClusterDoesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if err := Down(dir, t.Output()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Errorf("%s was created", dir)
	}
}

func TestWhatNeedsACluster(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if _, err := Open(dir); err == nil {
		t.Error("a cluster that is not there was opened")
	}
	c, err := handle(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"stop":    c.Stop(Etcd),
		"start":   c.Start(t.Context(), Etcd),
		"pause":   c.Pause(Etcd),
		"unknown": c.Stop("kubelet"),
	} {
		if err == nil {
			t.Errorf("%s succeeds without a cluster", name)
		}
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	for _, o := range []Options{{Nodes: -1}, {MetricResolution: time.Second}} {
		if err := o.complete(); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	o := Options{}
	if err := o.complete(); err != nil || o.Nodes != DefaultNodes {
		t.Errorf("the zero value has %d nodes, %v", o.Nodes, err)
	}
}
