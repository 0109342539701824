/// Mixes the bits of a counter into a number that looks random (splitmix64's finaliser): the same for the same input.
@inline(__always)
func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z &>> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z &>> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z &>> 31)
}

/// xoshiro256** (Blackman and Vigna): a small seeded generator, so that every input is the same on every machine.
struct RandomSource {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    /// A generator whose whole state follows from `seed`.
    init(seed: UInt64) {
        s0 = mixed(seed)
        s1 = mixed(s0)
        s2 = mixed(s1)
        s3 = mixed(s2)
    }

    /// The next 64 bits.
    @inline(__always)
    mutating func next() -> UInt64 {
        let product = s1 &* 5
        let result = ((product &<< 7) | (product &>> 57)) &* 9
        let shifted = s1 &<< 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = (s3 &<< 45) | (s3 &>> 19)
        return result
    }

    /// A number in 0..<bound, for bounds far below 2^32 (the bias is then below 2^-32 times the bound).
    @inline(__always)
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: ((next() &>> 32) &* UInt64(truncatingIfNeeded: bound)) &>> 32)
    }

    /// A number in [0, 1).
    @inline(__always)
    mutating func unit() -> Double { Double(next() &>> 11) * 0x1p-53 }
}
