package account

import "github.com/usage-operator/usage-operator/internal/model"

// Collide gives all subjects the same hash until the returned function is called.
func Collide() (restore func()) {
	before := hashOf
	hashOf = func(*model.Subject) uint64 { return 7 }
	return func() { hashOf = before }
}
