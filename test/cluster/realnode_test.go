package cluster

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

func TestAllThatNodeFilesLeaveOpenIsFilledIn(t *testing.T) {
	o := fakeCluster(t, nil)
	o.state.RealNode = true
	o.state.Ports[Kubelet] = 12345
	if err := o.writeNodeFiles(); err != nil {
		t.Fatal(err)
	}
	written := 0
	err := filepath.WalkDir(o.layout.node(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) == ".sh" {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte("$")) {
			t.Errorf("%s has a $ left:\n%s", path, content)
		}
		written++
		return err
	})
	if err != nil || written < 3 {
		t.Errorf("%d files were written, %v", written, err)
	}
	content, err := os.ReadFile(o.layout.nodeFile("kubelet.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var kubelet struct {
		Port       int
		CgroupRoot string
	}
	if err := yaml.UnmarshalStrict(content, &map[string]any{}); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, &kubelet); err != nil {
		t.Fatal(err)
	}
	if kubelet.Port != 12345 || kubelet.CgroupRoot != o.layout.controlGroup() {
		t.Errorf("the kubelet's port and control group are %+v", kubelet)
	}
}

func TestWhoIsKnownInWhichCluster(t *testing.T) {
	for _, tt := range []struct {
		state state
		users []string
	}{
		{state{}, []string{administrator, Kwok, ControllerManager, Scheduler, MetricsServer}},
		{state{RealNode: true}, []string{administrator, ControllerManager, Scheduler, Kubelet}},
	} {
		var users []string
		for user := range tt.state.users() {
			users = append(users, user)
		}
		slices.Sort(users)
		slices.Sort(tt.users)
		if diff := cmp.Diff(tt.users, users); diff != "" {
			t.Errorf("with a real node: %t: %s", tt.state.RealNode, diff)
		}
	}
}

func TestAClusterDoesNotChangeItsSort(t *testing.T) {
	o := fakeCluster(t, nil)
	if err := o.save(); err != nil {
		t.Fatal(err)
	}
	if err := o.become(programs{}, Options{}); err != nil {
		t.Error(err)
	}
	err := o.become(programs{}, Options{RealNode: true})
	if err == nil || !strings.Contains(err.Error(), "other sort") {
		t.Errorf("the error is %v, want one that says that the cluster is of the other sort", err)
	}
}

func TestNothingOfARealNodeLiesWhereItCannotSee(t *testing.T) {
	for folder, visible := range map[string]bool{"/tmp/a": true, "/var/library": true, "/var/lib/jenkins/a": false, "/run": false} {
		if err := mustStayVisible("/tmp", folder); (err == nil) != visible {
			t.Errorf("%s: %v, want it to be accepted: %t", folder, err, visible)
		}
	}
}

func TestTheImageOfAManifestIsFound(t *testing.T) {
	o := fakeCluster(t, nil)
	folder := filepath.Join(o.state.Binaries, "manifests")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"one.yaml": "a:\n- image: x/y:v1\n  image: x/z:v2\n", "none.yaml": "a: b\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := o.imageOf("one.yaml"); got != "x/z:v2" || err != nil {
		t.Errorf("the image is %q, %v", got, err)
	}
	if got, err := o.imageOf("none.yaml"); err == nil {
		t.Errorf("the image of a manifest without one is %q", got)
	}
}

// TestDownEndsACrashedRealNode lets what runs within a node lose its starter, and ends it.
func TestDownEndsACrashedRealNode(t *testing.T) {
	if err := canIsolate(t.Context()); err != nil {
		t.Skipf("it needs %v", err)
	}
	o := fakeCluster(t, map[string]string{Etcd: "trap '' TERM; mount -t tmpfs tmpfs $HOME; while :; do sleep 1; done"})
	o.state.RealNode = true
	if err := o.prepare(); err != nil {
		t.Fatal(err)
	}
	if err := o.starting(Node)(t.Context()); err != nil {
		t.Fatal(err)
	}
	etcd, err := o.state.component(Etcd)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.replace(Etcd, runningProcess{}, o.command(etcd)); err != nil {
		t.Fatal(err)
	}
	node, within := o.process(Node), o.process(Etcd)
	if !node.Alive() || !within.Alive() {
		t.Fatal("there is nothing to end")
	}
	o.end()
	downLeavesOnlyForeignFiles(t, o)
	if node.Alive() || within.Alive() {
		t.Errorf("the node is alive: %t, what ran within: %t", node.Alive(), within.Alive())
	}
	if groups, err := filepath.Glob("/sys/fs/cgroup/*" + o.layout.controlGroup()); err != nil || len(groups) > 0 {
		t.Errorf("control groups are left: %v, %v", groups, err)
	}
}
