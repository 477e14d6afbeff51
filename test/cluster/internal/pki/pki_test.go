package pki

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
)

func authority(t *testing.T, folder Folder, name string) *Authority {
	t.Helper()
	a, err := folder.Authority(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func leaf(t *testing.T, folder Folder, name string) *x509.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(folder.Certificate(name), folder.PrivateKey(name))
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf
}

func TestACertificateIsGoodForItsAuthorityOnly(t *testing.T) {
	folder := Folder(t.TempDir())
	ours, theirs := authority(t, folder, "ours"), authority(t, folder, "theirs")
	subject := Subject{CommonName: "someone", Organizations: []string{"group"}, Hosts: []string{"127.0.0.1", "a.svc"}}
	if err := ours.Issue("someone", subject); err != nil {
		t.Fatal(err)
	}
	certificate := leaf(t, folder, "someone")
	for _, tt := range []struct {
		root *Authority
		host string
		use  x509.ExtKeyUsage
		good bool
	}{
		{ours, "127.0.0.1", x509.ExtKeyUsageServerAuth, true},
		{ours, "a.svc", x509.ExtKeyUsageServerAuth, true},
		{ours, "", x509.ExtKeyUsageClientAuth, true},
		{ours, "b.svc", x509.ExtKeyUsageServerAuth, false},
		{theirs, "", x509.ExtKeyUsageClientAuth, false},
	} {
		roots := x509.NewCertPool()
		roots.AddCert(tt.root.certificate)
		_, err := certificate.Verify(x509.VerifyOptions{
			Roots: roots, DNSName: tt.host, KeyUsages: []x509.ExtKeyUsage{tt.use},
		})
		if (err == nil) != tt.good {
			t.Errorf("by %s for host %q and use %d: %v", tt.root.certificate.Subject.CommonName, tt.host, tt.use, err)
		}
	}
	if name := certificate.Subject; name.CommonName != "someone" || name.Organization[0] != "group" {
		t.Errorf("the subject is %s", name)
	}
}

func TestWhatIsThereIsKept(t *testing.T) {
	folder := Folder(t.TempDir())
	issue := func() {
		if err := authority(t, folder, "ca").Issue("someone", Subject{CommonName: "someone"}); err != nil {
			t.Fatal(err)
		}
		if err := folder.SigningKey("signer"); err != nil {
			t.Fatal(err)
		}
	}
	issue()
	before := files(t, folder)
	issue()
	for name, content := range files(t, folder) {
		if !bytes.Equal(content, before[name]) {
			t.Errorf("%s has changed", name)
		}
	}
	// ca.crt, ca.key, someone.crt, someone.key, signer.key, signer.pub
	if len(before) != 6 {
		t.Errorf("there are %d files, want 6", len(before))
	}
}

func files(t *testing.T, folder Folder) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(string(folder))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for _, e := range entries {
		path := filepath.Join(string(folder), e.Name())
		if found[e.Name()], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s can be read by others: %v %v", path, info.Mode(), err)
		}
	}
	return found
}
