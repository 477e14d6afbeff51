package pki

import (
	"encoding/pem"
	"os"
	"path/filepath"
)

// Folder holds keys and certificates: <name>.key and <name>.crt.
type Folder string

// Certificate is the path of a certificate.
func (f Folder) Certificate(name string) string { return filepath.Join(string(f), name+".crt") }

// PrivateKey is the path of a private key.
func (f Folder) PrivateKey(name string) string { return filepath.Join(string(f), name+".key") }

// PublicKey is the path of a public key that stands alone.
func (f Folder) PublicKey(name string) string { return filepath.Join(string(f), name+".pub") }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// write leaves either the whole file or none, so that a crash is not mistaken for a certificate.
func write(path, kind string, der []byte) error {
	partial := path + ".partial"
	if err := os.WriteFile(partial, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		return err
	}
	return os.Rename(partial, path)
}
