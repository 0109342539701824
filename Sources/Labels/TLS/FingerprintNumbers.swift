/// Numbers of a hello that a fingerprint is made of, of 16 bits each, in a place of their own.
struct FingerprintNumbers {
    /// How many there may be in the fingerprints of a hello together. No client is known that has more, and writing, sorting
    /// and hashing them is what a hello costs.
    static let limit = 225

    private typealias Room = InlineArray<225, UInt16>

    private var numbers = Room(repeating: 0)
    private(set) var count = 0

    /// The number at `index`.
    @inline(__always)
    subscript(index: Int) -> UInt16 { numbers[index] }

    /// Forgets all.
    mutating func removeAll() { count = 0 }

    /// Adds a number, as long as there is room.
    @inline(__always)
    mutating func append(_ number: Int) {
        guard count < Self.limit else { return }
        numbers[count] = UInt16(truncatingIfNeeded: number)
        count &+= 1
    }

    /// Has the 16-bit numbers in `range` of `payload` that are not reserved (RFC 8701) instead of what it had.
    mutating func read(_ payload: Payload, _ range: Range<Int>) {
        count = 0
        var place = range.lowerBound
        while place &+ 1 < range.upperBound, let number = payload.u16(place) {
            if !HelloExtension.isReserved(number) { append(number) }
            place &+= 2
        }
    }

    /// Has the types of the extensions in `range` of `payload` instead of what it had: those that are not reserved, or all.
    @inline(__always)
    mutating func readTypes(_ payload: Payload, _ range: Range<Int>, withReserved: Bool = false) {
        count = 0
        var place = range.lowerBound
        while place &+ 3 < range.upperBound, let type = payload.u16(place), let size = payload.u16(place &+ 2) {
            if withReserved || !HelloExtension.isReserved(type) { append(type) }
            place &+= 4 &+ size
        }
    }

    /// Keeps those that are not left out.
    mutating func removeAll(_ isLeftOut: (Int) -> Bool) {
        var kept = 0
        for index in 0..<count where !isLeftOut(Int(numbers[index])) {
            numbers[kept] = numbers[index]
            kept &+= 1
        }
        count = kept
    }

    /// Puts the smallest first: by the low octet, then by the high one, which takes the same time whatever the order was.
    mutating func sort() {
        var other = Room(repeating: 0)
        for shift in stride(from: 0 as UInt16, through: 8, by: 8) {
            // How many have each octet, then where the next one that has it goes.
            var places = InlineArray<256, UInt8>(repeating: 0)
            for index in 0..<count { places[Int(numbers[index] &>> shift & 0xFF)] &+= 1 }
            var before: UInt8 = 0
            for octet in 0..<256 {
                let here = places[octet]
                places[octet] = before
                before &+= here
            }
            for index in 0..<count {
                let octet = Int(numbers[index] &>> shift & 0xFF)
                other[Int(places[octet])] = numbers[index]
                places[octet] &+= 1
            }
            swap(&numbers, &other)
        }
    }
}
