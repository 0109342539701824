import CCompression
import FlowTable
import Foundation
import NetTypes

extension Spool {
    /// How long after a failure the disk is tried again.
    private static let retryAfter: Nanoseconds = nanosecondsPerSecond

    /// Gaps of inputs that wait for the disk one by one; more are joined.
    private static let notedGapLimit = 256

    /// Attributes that wait in memory, at most: records and attributes of a batch must stay below `BatchHeader.longestPayload`.
    private static let stagedAttributeLimit = 16 << 20

    /// Takes records and their attributes (`AttributeWalk`); commits when a batch is full or the oldest has waited long enough. While the disk takes nothing, a
    /// bounded number waits in memory, and what comes on top is counted as lost by the disk's reason.
    package func append(
        _ records: Span<FlowRecord>, attributes: Span<UInt8> = Span(), packetClock: Nanoseconds, now: Nanoseconds
    ) {
        self.packetClock = max(self.packetClock, packetClock)
        var walk = AttributeWalk()
        for index in 0..<records.count {
            if isStageFull {
                commit(now: now)
                if isStageFull {
                    count(lost: records.count - index)
                    return
                }
            }
            let list = walk.next(records[index].attributeOctets, of: attributes.count)
            stage(records[index], attributes.extracting(list), now)
        }
        if staged.values.contains(where: { $0.count >= configuration.batchRecords }) { commit(now: now) }
        tick(now: now)
    }

    /// Does what is due: commits, synchronises, keeps to size and age. To be called at least twice a commit interval.
    package func tick(now: Nanoseconds) {
        writeNotedGaps(now: now)
        if let since = stagedSince, now - since >= configuration.commitInterval { commit(now: now) }
        do throws(SpoolError) {
            if configuration.synchronization == .interval, now - lastSynchronization >= nanosecondsPerSecond {
                lastSynchronization = now
                try active?.synchronize()
            }
            retain(now: now)
            if now - lastSave >= nanosecondsPerSecond || !removedSegments.isEmpty {
                lastSave = now
                try save()
            }
        } catch {
            note(error)
        }
    }

    /// Commits what is left and says in the segment that the run ended in good order. What the disk does not take is lost.
    package func close(now: Nanoseconds) {
        retryAt = 0
        commit(now: now)
        writeNotedGaps(now: now)
        count(lost: stagedCount)
        do throws(SpoolError) {
            var end = header(.close, now)
            end.recordsBefore = made
            try write([end], payloads: [[]], now: now)
            try active?.synchronize()
            try save()
        } catch {
            note(error)
        }
        condition.withLock {
            isClosed = true
            condition.broadcast()
        }
    }

    /// Notes in the index what destinations took after `close`. Does nothing while the writing thread has not closed the spool:
    /// the index is its own until then.
    package func conclude(now: Nanoseconds) {
        guard isOver else { return }
        retain(now: now)
        do throws(SpoolError) { try save() } catch { note(error) }
    }

    private var isStageFull: Bool {
        stagedCount >= configuration.stagedRecords || stagedAttributeOctets >= Self.stagedAttributeLimit
    }

    private func stage(_ record: FlowRecord, _ attributes: Span<UInt8>, _ now: Nanoseconds) {
        let buffer = staged[record.observationDomainId] ?? RecordBuffer(capacity: 64)
        staged[record.observationDomainId] = buffer
        buffer.append(record, attributes: attributes)
        stagedCount += 1
        stagedAttributeOctets += attributes.count
        stagedPackets &+= record.packetsForward &+ record.packetsReverse
        if stagedSince == nil { stagedSince = now }
    }

    private func count(lost records: Int) {
        guard records > 0 else { return }
        condition.withLock { lost[failing ?? .inputOutput, default: 0] += UInt64(records) }
    }

    func note(_ error: SpoolError) {
        condition.withLock {
            problemText = error.description
            failing = error.reason
        }
    }

    private func header(_ kind: BatchHeader.Kind, _ now: Nanoseconds) -> BatchHeader {
        BatchHeader(
            kind: kind, id: nextBatch, recordsBefore: made, committedAt: now, packetClock: packetClock,
            observedPackets: observedPackets(), recordedPackets: recordedPackets,
            layoutChecksum: RecordLayout.current.checksum)
    }

    func writeGap(_ gap: CoverageGap, now: Nanoseconds) throws(SpoolError) {
        var batch = header(.gap, now)
        let octets = gap.encoded
        (batch.storedLength, batch.plainLength) = (octets.count, octets.count)
        batch.payloadChecksum = Checksum.of(octets.span)
        try write([batch], payloads: [octets], now: now)
    }

    /// Takes times in which inputs did not see everything. Callable from anywhere; they become batches with the next `tick`, and
    /// wait while the disk takes nothing.
    package func note(_ gaps: [CoverageGap]) {
        condition.withLock { for gap in gaps { gap.join(&notedGaps, limit: Self.notedGapLimit) } }
    }

    private func writeNotedGaps(now: Nanoseconds) {
        guard now >= retryAt, condition.withLock({ !notedGaps.isEmpty }) else { return }
        // The packet clock in a gap's header says up to where records are complete: those that wait come first.
        commit(now: now)
        guard stagedCount == 0 else { return }
        let gaps = condition.withLock {
            defer { notedGaps.removeAll() }
            return notedGaps
        }
        for (index, gap) in gaps.enumerated() {
            do throws(SpoolError) { try writeGap(gap, now: now) } catch {
                retryAt = now + Self.retryAfter
                note(error)
                return note(Array(gaps[index...]))
            }
        }
    }

    /// Makes the staged records durable, a batch for each observation domain.
    func commit(now: Nanoseconds) {
        guard stagedCount > 0, now >= retryAt else { return }
        var batches: [BatchHeader] = []
        var payloads: [[UInt8]] = []
        var before = made
        for domain in staged.keys.sorted() {
            guard let buffer = staged[domain], buffer.count > 0 else { continue }
            var batch = header(.records, now)
            batch.id = nextBatch + UInt64(batches.count)
            (batch.domain, batch.recordsBefore, batch.recordCount) = (domain, before, buffer.count)
            batch.recordedPackets = recordedPackets &+ stagedPackets
            batch.plainLength = buffer.count * RecordLayout.current.recordLength + buffer.attributes.count
            let payload = payload(buffer, &batch)
            before += UInt64(buffer.count)
            batches.append(batch)
            payloads.append(payload)
        }
        do throws(SpoolError) {
            try write(batches, payloads: payloads, now: now)
            try save()
        } catch {
            retryAt = now + Self.retryAfter
            note(error)
            // The segments are what counts: when they have the records, only the index is behind.
            guard made == before else { return }
        }
        for buffer in staged.values { buffer.removeAll() }
        recordedPackets &+= stagedPackets
        (stagedCount, stagedAttributeOctets, stagedSince, stagedPackets) = (0, 0, nil, 0)
    }

    /// The records as they are stored, their attributes behind them, with the batch's lengths and checksum.
    private func payload(_ buffer: RecordBuffer, _ batch: inout BatchHeader) -> [UInt8] {
        let length = batch.plainLength
        let recordOctets = buffer.count * RecordLayout.current.recordLength
        // SAFETY: as many octets as the records have, which are whole and trivial.
        var payload = unsafe buffer.records.withUnsafeBufferPointer { records in
            unsafe [UInt8](UnsafeRawBufferPointer(start: records.baseAddress, count: recordOctets))
        }
        payload += buffer.attributes
        if configuration.compression == .zstd {
            var packed = [UInt8](repeating: 0, count: ZSTD_compressBound(length))
            // SAFETY: both buffers have the sizes stated.
            let count = unsafe ZSTD_compress(&packed, packed.count, payload, length, 1)
            if ZSTD_isError(count) == 0, count < length {
                packed.removeLast(packed.count - count)
                payload = packed
                batch.isCompressed = true
            }
        }
        batch.storedLength = payload.count
        batch.payloadChecksum = Checksum.of(payload.span)
        return payload
    }

    /// Writes batches one after another, waits for the disk if it should be, and shows them to the readers. When that
    /// fails, the segment is as it was.
    private func write(_ batches: [BatchHeader], payloads: [[UInt8]], now: Nanoseconds) throws(SpoolError) {
        if let last = segments.last, active != nil,
            last.row.octets >= UInt64(configuration.segmentOctets) || now - last.madeAt >= configuration.segmentAge
        {
            endSegment()
        }
        let file: SegmentFile
        if let active { file = active } else { file = try beginSegment(now) }
        guard var row = segments.last?.row else { return }
        let start = row.octets
        do throws(SpoolError) {
            for (batch, payload) in zip(batches, payloads) {
                try file.write(payload, at: row.octets + UInt64(BatchHeader.length))
                try file.write(batch.encoded, at: row.octets)
                row.octets += UInt64(BatchHeader.length + payload.count)
                (row.lastBatch, row.recordsAfter, row.committedAt) = (batch.id, batch.recordsAfter, now)
            }
            if configuration.synchronization == .commit { try file.synchronize() }
        } catch {
            if !file.truncate(to: start) { endSegment() }
            throw error
        }
        nextBatch += UInt64(batches.count)
        changedSegments.insert(row.number)
        condition.withLock {
            segments[segments.count - 1].row = row
            made = row.recordsAfter
            (problemText, failing) = (nil, nil)
            condition.broadcast()
        }
    }

    private func beginSegment(_ now: Nanoseconds) throws(SpoolError) -> SegmentFile {
        let number = max(highestSegment, segments.last?.row.number ?? 0) + 1
        let path = SpoolRecovery.path(configuration.folder, number)
        let header = SegmentHeader(
            probe: probe, number: number, madeAt: now, firstBatch: nextBatch, recordsBefore: made)
        let file = try SegmentFile.create(path)
        let octets = header.encoded
        do throws(SpoolError) { try file.write(octets, at: 0) } catch {
            // SAFETY: a string that the call only reads. Otherwise the name could not be used again.
            _ = unsafe unlink(path)
            throw error
        }
        let row = SpoolIndex.Segment(
            number: number, firstBatch: nextBatch, lastBatch: nextBatch - 1, recordsBefore: made, recordsAfter: made,
            octets: UInt64(octets.count), committedAt: now)
        condition.withLock { segments.append(Segment(row: row, path: path, madeAt: now, isClosed: false)) }
        active = file
        return file
    }

    private func endSegment() {
        active = nil
        condition.withLock {
            if !segments.isEmpty { segments[segments.count - 1].isClosed = true }
            condition.broadcast()
        }
    }
}
