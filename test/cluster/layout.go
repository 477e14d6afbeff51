package cluster

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/usage-operator/usage-operator/test/cluster/internal/pki"
)

// layout is the absolute path of the folder that a cluster lives in, and knows what lies where in it.
type layout string

func (l layout) kubeconfig() string  { return filepath.Join(string(l), "kubeconfig") }
func (l layout) state() string       { return filepath.Join(string(l), "state.json") }
func (l layout) lock() string        { return filepath.Join(string(l), "lock") }
func (l layout) kubeconfigs() string { return filepath.Join(string(l), "kubeconfigs") }
func (l layout) etcdData() string    { return filepath.Join(string(l), "etcd") }
func (l layout) logs() string        { return filepath.Join(string(l), "logs") }
func (l layout) home() string        { return filepath.Join(string(l), "home") }
func (l layout) node() string        { return filepath.Join(string(l), "node") }
func (l layout) nodeFile(name string) string {
	return filepath.Join(l.node(), name)
}

func (l layout) certificates() pki.Folder {
	return pki.Folder(filepath.Join(string(l), "certificates"))
}

// componentKubeconfig is the file by which a component reaches the API server.
func (l layout) componentKubeconfig(component string) string {
	return filepath.Join(l.kubeconfigs(), component)
}

// controlGroup is the path of the group that the pods of a real node run in.
func (l layout) controlGroup() string {
	return fmt.Sprintf("/local-cluster-%.6x", sha256.Sum256([]byte(l)))
}

func (l layout) log(component string) string {
	return filepath.Join(l.logs(), component+".log")
}

// environment is all that the programs see of one. In the user's, etcd would find flags, and kwok and kubectl would
// find settings and caches in the home folder. Programs are looked for in more folders first.
func (l layout) environment(more ...string) []string {
	path := filepath.SplitList(os.Getenv("PATH"))
	path = append(more, path...)
	return []string{"PATH=" + strings.Join(path, string(filepath.ListSeparator)), "HOME=" + l.home()}
}

// all is what Down removes. The folder itself may be anybody's, so it is never removed with what else is in it.
func (l layout) all() []string {
	return []string{
		l.kubeconfig(), l.kubeconfigs(), string(l.certificates()), l.etcdData(), l.logs(), l.home(), l.node(), l.state(),
	}
}
