package metricsapi

import "errors"

// What an answer may hold at most. 150,000 pods, the largest cluster that
// Kubernetes supports, are 57 MB of protobuf (379 bytes a pod) or 78 MB of JSON.
// The bounds leave room for much more, and stand between a hostile provider and
// the operator's memory: rows cost 72 bytes a pod and 32 a container.
const (
	maxBody       = 1 << 30
	maxItems      = 1 << 20
	maxContainers = 4 << 20

	// maxFrame bounds one item. Its labels are the pod's own, and a tenant can
	// make those as large as an object in etcd (1.5 MiB): such a pod must not
	// stop the list for all others.
	maxFrame = 4 << 20

	maxNamespace = 63
	maxName      = 253
	maxContainer = 63

	// maxQuantity and maxExponent bound, in characters, what reaches
	// resource.ParseQuantity, which takes longer the larger the exponent is.
	maxQuantity = 64
	maxExponent = 3
)

var (
	errEndsEarly    = errors.New("the body ends too early")
	errTrailing     = errors.New("the body goes on after its end")
	errNotList      = errors.New("the body is neither protobuf nor JSON")
	errWrongKind    = errors.New("the body is a list of another kind")
	errPartialList  = errors.New("the list continues elsewhere")
	errEncoded      = errors.New("the body has an encoding that was not asked for")
	errWire         = errors.New("a message does not follow the wire format")
	errTooLong      = errors.New("the body is too long")
	errFrameTooLong = errors.New("an item is too long")
	errTooMany      = errors.New("the list has too many items")
	errName         = errors.New("a name is missing or too long")
	errQuantity     = errors.New("a quantity is malformed")
	errRange        = errors.New("a quantity is negative or too large")
)
