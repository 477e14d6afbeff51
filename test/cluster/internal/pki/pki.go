// Package pki makes the certificates of the local cluster: a few authorities, and what each of them signs. All of it
// lies in one folder as PEM files that only their owner can read. What is there already is kept, so a cluster that is
// started again is still trusted by those who knew it.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"os"
	"time"
)

// lifetime is longer than any local cluster lives, so nothing needs to be renewed.
const lifetime = 10 * 365 * 24 * time.Hour

// Subject is whom a certificate speaks for. API servers read the common name as the user and the organizations as the
// groups. Hosts are the names and addresses under which a server may answer.
type Subject struct {
	CommonName    string
	Organizations []string
	Hosts         []string
}

// Authority signs certificates.
type Authority struct {
	folder      Folder
	certificate *x509.Certificate
	key         crypto.PrivateKey
}

// Authority opens the authority of that name, or creates it.
func (f Folder) Authority(name string) (*Authority, error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return nil, err
	}
	self := template(Subject{CommonName: name})
	self.IsCA, self.BasicConstraintsValid = true, true
	self.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	if err := f.issue(name, self, self, nil); err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(f.Certificate(name), f.PrivateKey(name))
	if err != nil {
		return nil, fmt.Errorf("load the authority %q: %w", name, err)
	}
	return &Authority{folder: f, certificate: pair.Leaf, key: pair.PrivateKey}, nil
}

// Issue makes a certificate and its key, unless they are there. It serves for clients and servers alike.
func (a *Authority) Issue(name string, s Subject) error {
	leaf := template(s)
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	return a.folder.issue(name, leaf, a.certificate, a.key)
}

// SigningKey makes a key pair without a certificate, unless it is there.
func (f Folder) SigningKey(name string) error {
	if exists(f.PublicKey(name)) {
		return nil
	}
	key, err := f.newKey(name)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return write(f.PublicKey(name), "PUBLIC KEY", der)
}

// issue signs the template by the parent, or by itself when there is no parent's key. The certificate is written last:
// where it exists, its key does too.
func (f Folder) issue(name string, template, parent *x509.Certificate, parentKey crypto.PrivateKey) error {
	if exists(f.Certificate(name)) {
		return nil
	}
	key, err := f.newKey(name)
	if err != nil {
		return err
	}
	if parentKey == nil {
		parentKey = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		return fmt.Errorf("sign the certificate %q: %w", name, err)
	}
	return write(f.Certificate(name), "CERTIFICATE", der)
}

func (f Folder) newKey(name string) (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, write(f.PrivateKey(name), "EC PRIVATE KEY", der)
}

func template(s Subject) *x509.Certificate {
	// A certificate from the future is refused, and the clocks of a container and its host may differ a little.
	begin := time.Now().Add(-time.Hour)
	c := &x509.Certificate{
		Subject:   pkix.Name{CommonName: s.CommonName, Organization: s.Organizations},
		NotBefore: begin,
		NotAfter:  begin.Add(lifetime),
	}
	for _, host := range s.Hosts {
		if ip := net.ParseIP(host); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, host)
		}
	}
	return c
}
