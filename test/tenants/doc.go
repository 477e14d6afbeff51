// Package tenants tests what the tenants of a cluster are to each other, on a stage
// where a second is a tick. Each has the role admin in one namespace, and no other
// right.
//
// A matrix takes each field of the namespaced kinds for a lever, to see, count, name
// or alert on something of another namespace. What the other tenant has of names, labels
// and values that are none of the first one's business holds a secret word, and uses
// more than all that the first one has: the word must be in nothing that he can read,
// and the amounts in no sum. A field without a row fails the test.
package tenants
