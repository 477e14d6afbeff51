package sketch

// Cells divide the values. Cell 0 is zero. Each of the others is as wide as an
// error of 1 % admits: a cell that begins at a has the representative
// r = ⌊1.01 a⌋ and ends at ⌊r / 0.99⌋, so that no value in it is more than 1 % of
// itself away from r. Up to 98 every integer has a cell of its own; from there on
// a cell is about 2 % wide, 35 to a doubling. All this is integer arithmetic, so
// that cells mean the same wherever a checkpoint is read.

// cellCount is how many cells hold all values below 2^80.
const cellCount = 2640

// bounds are the smallest values of the cells, and at last that of the cell that
// would follow.
var bounds = layCells()

func layCells() *[cellCount + 1]wide {
	first := new([cellCount + 1]wide)
	for i := 1; i <= cellCount; i++ {
		r := representative(first[i-1])
		first[i] = r.plus(r.over(99)).plus(wide{lo: 1})
	}
	return first
}

// representative returns the value that stands for the cell that begins at first.
func representative(first wide) wide { return first.plus(first.over(100)) }

// A key is a value cut to its seven leading bits, and their place. Keys are finer
// than cells, so that a key all but tells the cell.
const (
	keyBits  = 7
	keyCount = (valueBits-keyBits+1)<<(keyBits-1) + 1<<(keyBits-1)
)

// hints are the cells of the smallest value of each key.
var hints = findHints()

func findHints() *[keyCount]uint16 {
	cells := new([keyCount]uint16)
	cell := uint16(0)
	for key := range cells {
		for smallest := smallestOf(key); !smallest.less(bounds[cell+1]); {
			cell++
		}
		cells[key] = cell
	}
	return cells
}

func keyOf(v wide) int {
	shift := max(0, v.bitLen()-keyBits)
	if v.hi == 0 {
		return shift<<(keyBits-1) + int(v.lo>>shift)
	}
	return shift<<(keyBits-1) + int(v.shiftedRight(uint(shift)).lo)
}

func smallestOf(key int) wide {
	shift := max(0, key>>(keyBits-1)-1)
	return wide{lo: uint64(key - shift<<(keyBits-1))}.shiftedLeft(uint(shift))
}

// cellOf returns the cell of a value below 2^80.
func cellOf(v wide) uint16 {
	cell := hints[keyOf(v)]
	for !v.less(bounds[cell+1]) {
		cell++
	}
	return cell
}

// A cell of a slot: its number in the upper 16 bits, its weight in the lower 48,
// so that a sorted list of cells takes 8 bytes for each.
type cell uint64

const weightBits = 48

func newCell(number uint16, weight uint64) cell {
	return cell(number)<<weightBits | cell(weight)
}

func (c cell) number() uint16 { return uint16(c >> weightBits) }

func (c cell) weight() uint64 { return uint64(c) & (1<<weightBits - 1) }
