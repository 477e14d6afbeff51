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
// # What lasts is written once
//
// Of a window of a day, one slot of a dozen changes in two hours; of accounts and of
// a history, only the last of many. So a checkpoint can refer to a former one that
// stands alone, its base: version 1 stands alone, version 2 is what makes its payload
// of its base's. Both are cut into pieces: subjects, slots, and of sections whatever
// lies between two places that their content marks. A piece that the base has is
// referred to by its place. What a piece means does not matter, so that a sample that
// comes late, another order of rows or an edit of the window need no care.
//
// What comes of it is the payload to the byte, by a digest, or it is corrupt: a
// checkpoint with a wrong base, or without one, is never a wrong number. Since the
// writer knows pieces of the base by their hashes alone, it takes 16 bytes of memory
// for each of some 30 bytes of the base.
//
// # Bounds
//
// Decode takes whatever bytes. Those that are no checkpoint are an error, and the
// memory that it takes is bounded. The checksum is against accidents. Against
// malice stands the namespace that checkpoints are kept in.
//
// A checkpoint has a largest size. Rows beyond it are left out, the lowest-ranked
// first; the total never is.
package checkpoint
