// Package checkpoint turns what a report or a threshold remembers into bytes and
// back, so that it outlives the operator.
//
// The bytes are
//
//	version     one byte
//	size        of the payload, as a varint
//	payload     compressed (DEFLATE)
//	checksum    CRC-32C of all before, four bytes, big-endian
//
// Version and checksum stay where they are in every version. The payload names the
// owner by its UID, and carries a hash of those parts of its spec that give its
// memory its meaning: what was counted under another selection is not mixed with
// what is counted now. Of that, only sections are left: accounts and alerts end
// there, and are not forgotten.
//
// Decode takes whatever bytes. Those that are no checkpoint are an error, and the
// memory that it takes is bounded. The checksum is against accidents. Against
// malice stands the namespace that checkpoints are kept in.
//
// A checkpoint has a largest size. Rows beyond it are left out, the lowest-ranked
// first; the total never is.
package checkpoint
