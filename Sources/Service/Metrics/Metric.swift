/// Every metric of the probe: one case and one row of `family` each. `docs/metrics.md`, the alert rules, the dashboard
/// and the sample page are held against this list by the tests.
package enum Metric: CaseIterable, Sendable {
    // The process.
    case buildInfo, startTime, residentMemory, openDescriptors, processorTime, reloads
    // Inputs.
    case inputPackets, inputOctets, inputDrops, inputMalformed, inputUp, inputReopens, inputLastPacket, inputVerdict
    case coverageGap, steeredPackets
    // Packets.
    case packets, undecodable, anomalies, tunnelledPackets, opaquePackets, tunnelCopies, duplicates, mergedEstimate
    case waitingFragments, icmpErrors
    // Overload.
    case overloadStep, selectionFactor, overloadChanges, overloadTime, notSelectedPackets, notSelectedOctets
    // Flows.
    case flowsBegun, flowsEnded, slicesCut, flowsLive, records, tableMemory, tableBudget
    // Labels.
    case labelRefusals, labelsCutShort, fingerprintsRefused, attributesRefused, damagedHeaders
    // Workers.
    case workerBusy, workerTurns, batchDuration
    // Export.
    case exportRecords, exportOctets, exportMessages, exportFailed, exportCutAttributes, exportInexpressible,
        exportFiltered, exportUp, exportQueue, exportDiscarded
    // The spool and its destinations.
    case spoolRecords, spoolLost, spoolOctets, spoolUp
    case deliveryAcknowledged, deliveryPending, deliveryDiscarded, deliveryFiltered, deliveryResent, deliveryState,
        deliveryLast, deliveryRequests, deliveryActive, deliveryActiveSince, deliverySwitches
    // Receivers of events.
    case eventsSent, eventsLost, eventsUp
    // The clock and the books.
    case clockSteps, clockLag, balance

    /// Name, kind, unit, labels and help.
    package var family: MetricFamily {
        switch self {
        case .buildInfo:
            .init("flowprobe_build_info", .gauge, labels: ["version"], help: "Always 1; the version is in the label.")
        case .startTime:
            .init("flowprobe_start_time_seconds", .gauge, unit: "seconds", help: "When the probe started, Unix time.")
        case .residentMemory:
            .init("process_resident_memory_bytes", .gauge, unit: "bytes", help: "Memory the process has in RAM.")
        case .openDescriptors:
            .init("process_open_fds", .gauge, unit: "descriptors", help: "Open file descriptors.")
        case .processorTime:
            .init(
                "process_cpu_seconds_total", .counter, unit: "seconds",
                help: "Processor time of all threads, user and system.")
        case .reloads:
            .init(
                "flowprobe_reloads_total", .counter, unit: "reloads", labels: ["result"],
                help: "Times the configuration was read again, by result: ok or failed.")

        case .inputPackets:
            .init(
                "flowprobe_input_packets_total", .counter, unit: "packets", labels: ["input"],
                help: "Packets taken from the input.")
        case .inputOctets:
            .init(
                "flowprobe_input_octets_total", .counter, unit: "octets", labels: ["input"],
                help: "Octets of these packets on the wire, layer 2 without frame check sequence.")
        case .inputDrops:
            .init(
                "flowprobe_input_dropped_packets_total", .counter, unit: "packets", labels: ["input", "place"],
                help: "Packets lost before the probe saw them, by place: ring or interface.")
        case .inputMalformed:
            .init(
                "flowprobe_input_malformed_messages_total", .counter, unit: "messages", labels: ["input"],
                help: "Messages of the kernel's about steered packets that could not be read.")
        case .steeredPackets:
            .init(
                "flowprobe_steered_packets_total", .counter, unit: "packets",
                labels: ["source", "rule", "hook", "from", "to"],
                help: "Packets that rules brought, by group or queue, rule, hook and interfaces.")
        case .inputUp:
            .init("flowprobe_input_up", .gauge, labels: ["input"], help: "1 while the input is open, else 0.")
        case .inputReopens:
            .init(
                "flowprobe_input_reopens_total", .counter, unit: "reopens", labels: ["input"],
                help: "Times the input was opened again after it had failed.")
        case .inputLastPacket:
            .init(
                "flowprobe_input_last_packet_time_seconds", .gauge, unit: "seconds", labels: ["input"],
                help: "Time stamp of the input's newest packet, Unix time; 0 before the first.")
        case .inputVerdict:
            .init(
                "flowprobe_input_verdict", .gauge, labels: ["input", "verdict"],
                help: "How the input is in one respect: 0 well, 1 unknown, 2 a warning, 3 a fault.")
        case .coverageGap:
            .init(
                "flowprobe_coverage_gap_seconds_total", .counter, unit: "seconds", labels: ["input", "reason"],
                help: "Time during which the input was not captured, by reason.")

        case .packets:
            .init(
                "flowprobe_packets_total", .counter, unit: "packets", labels: ["outcome"],
                help: "Packets by what became of them; each has exactly one outcome.")
        case .undecodable:
            .init(
                "flowprobe_undecodable_packets_total", .counter, unit: "packets", labels: ["reason"],
                help: "Packets with the outcome undecodable, by reason.")
        case .anomalies:
            .init(
                "flowprobe_anomalies_total", .counter, unit: "packets", labels: ["kind"],
                help: "Packets that were odd and were counted all the same; one packet may be odd in several ways.")
        case .tunnelledPackets:
            .init(
                "flowprobe_tunnelled_packets_total", .counter, unit: "packets", labels: ["kind"],
                help: "Packets counted in a flow inside a tunnel, by the kind of the innermost tunnel.")
        case .opaquePackets:
            .init(
                "flowprobe_opaque_tunnel_packets_total", .counter, unit: "packets", labels: ["kind"],
                help: "Packets of tunnels whose contents cannot be read; they are in the tunnel's own flow.")
        case .tunnelCopies:
            .init(
                "flowprobe_tunnel_copy_packets_total", .counter, unit: "packets",
                help: "Packets counted a second time, in the flow of the tunnel around them (tunnels: both).")
        case .waitingFragments:
            .init(
                "flowprobe_waiting_fragments", .gauge, unit: "packets",
                help: "Later fragments that wait for their first one; they are in no flow yet.")
        case .icmpErrors:
            .init(
                "flowprobe_icmp_errors_total", .counter, unit: "packets", labels: ["flow"],
                help: "ICMP and ICMPv6 errors that name a flow, by whether that flow is known.")

        case .duplicates:
            .init(
                "flowprobe_duplicate_packets_total", .counter, unit: "packets", labels: ["verdict"],
                help:
                    "Packets that came again within the window, by verdict: copy; uncertain, which may have been sent "
                    + "again; forgotten, early, so that copies may be missed.")
        case .mergedEstimate:
            .init(
                "flowprobe_merged_packets_estimate_total", .counter, unit: "packets",
                help: "Packets on the wire that those longer than the link takes (GRO, LRO, TSO) stand for, about.")

        case .overloadStep:
            .init(
                "flowprobe_overload_step", .gauge, labels: ["input"],
                help: "What is given up under overload: 0 nothing, 1 labels, 2 labels and flows.")
        case .selectionFactor:
            .init(
                "flowprobe_flow_selection_factor", .gauge, unit: "flows", labels: ["input"],
                help: "One of so many flows is counted; 1: every flow.")
        case .overloadChanges:
            .init(
                "flowprobe_overload_changes_total", .counter, unit: "changes", labels: ["input", "step"],
                help: "Changes of what is given up, by the step come to: none, labels or select.")
        case .overloadTime:
            .init(
                "flowprobe_overload_seconds_total", .counter, unit: "seconds", labels: ["input", "step"],
                help: "Time spent in each step of overload: none, labels or select.")
        case .notSelectedPackets:
            .init(
                "flowprobe_not_selected_packets_total", .counter, unit: "packets", labels: ["input"],
                help: "Packets of flows that were not selected under overload.")
        case .notSelectedOctets:
            .init(
                "flowprobe_not_selected_octets_total", .counter, unit: "octets", labels: ["input"],
                help: "Octets of these packets on the wire.")

        case .flowsBegun:
            .init("flowprobe_flows_begun_total", .counter, unit: "flows", help: "Flows begun.")
        case .flowsEnded:
            .init(
                "flowprobe_flows_ended_total", .counter, unit: "flows", labels: ["reason"],
                help: "Flows ended, by flow end reason (IE 136).")
        case .slicesCut:
            .init(
                "flowprobe_slices_cut_total", .counter, unit: "slices", labels: ["reason"],
                help: "Records of flows that went on, by what cut them.")
        case .flowsLive:
            .init("flowprobe_flows_live", .gauge, unit: "flows", help: "Flows in the table.")
        case .records:
            .init("flowprobe_records_total", .counter, unit: "records", help: "Flow records made.")
        case .tableMemory:
            .init(
                "flowprobe_flow_table_memory_octets", .gauge, unit: "octets", help: "Memory that live flows take.")
        case .tableBudget:
            .init(
                "flowprobe_flow_table_budget_octets", .gauge, unit: "octets", help: "Memory that live flows may take.")

        case .labelRefusals:
            .init(
                "flowprobe_label_refused_payloads_total", .counter, unit: "payloads",
                help: "Payloads not looked at for labels, and Initials of QUIC not decrypted, for want of label work.")
        case .labelsCutShort:
            .init(
                "flowprobe_labels_cut_short_total", .counter, unit: "flows",
                help: "Flows whose label was decided early because too many were looked at at once.")
        case .fingerprintsRefused:
            .init(
                "flowprobe_label_fingerprints_refused_total", .counter, unit: "messages",
                help: "Messages of which no fingerprint was made because they had too much to make it of.")
        case .attributesRefused:
            .init(
                "flowprobe_label_attributes_refused_total", .counter, unit: "flows",
                help: "Flows whose attributes were not kept because the memory for attributes was used up.")
        case .damagedHeaders:
            .init(
                "flowprobe_label_damaged_headers_total", .counter, unit: "packets",
                help: "SYNs whose options, and first packets of SCTP whose chunks, do not add up.")

        case .workerBusy:
            .init(
                "flowprobe_worker_busy_seconds_total", .counter, unit: "seconds", labels: ["input", "worker"],
                help: "Time the worker spent on packets, not waiting for them.")
        case .workerTurns:
            .init(
                "flowprobe_worker_turns_total", .counter, unit: "turns", labels: ["input", "worker"],
                help: "Turns of the worker's capture loop, with packets or without.")
        case .batchDuration:
            .init(
                "flowprobe_batch_duration_seconds", .histogram, unit: "seconds",
                help: "Time a batch of packets took from the ring to the flow table.")

        case .exportRecords:
            .init(
                "flowprobe_export_records_total", .counter, unit: "records", labels: ["destination"],
                help: "Records handed over to the destination.")
        case .exportOctets:
            .init(
                "flowprobe_export_octets_total", .counter, unit: "octets", labels: ["destination"],
                help: "Octets sent to the destination.")
        case .exportMessages:
            .init(
                "flowprobe_export_messages_total", .counter, unit: "messages", labels: ["destination"],
                help: "Messages sent to the destination.")
        case .exportFailed:
            .init(
                "flowprobe_export_failed_records_total", .counter, unit: "records", labels: ["destination"],
                help: "Records that the destination did not take.")
        case .exportCutAttributes:
            .init(
                "flowprobe_export_cut_attributes_total", .counter, unit: "records", labels: ["destination"],
                help: "Records sent without some of their attributes, which did not fit into a message.")
        case .exportInexpressible:
            .init(
                "flowprobe_export_inexpressible_records_total", .counter, unit: "records",
                labels: ["destination", "reason"],
                help:
                    "NetFlow: records that the format cannot express, by reason: IPv6, left out; counter or time, sent with the "
                    + "nearest value.")
        case .exportFiltered:
            .init(
                "flowprobe_export_filtered_records_total", .counter, unit: "records", labels: ["destination"],
                help: "Records that the destination's filter left out.")
        case .exportUp:
            .init(
                "flowprobe_export_up", .gauge, labels: ["destination"],
                help: "1 while the destination takes records, else 0.")
        case .exportQueue:
            .init(
                "flowprobe_export_queue_records", .gauge, unit: "records",
                help: "Records made and not yet handed to the destinations.")
        case .exportDiscarded:
            .init(
                "flowprobe_export_discarded_records_total", .counter, unit: "records", labels: ["reason"],
                help: "Records given up before any destination had them, by reason.")

        case .spoolRecords:
            .init(
                "flowprobe_spool_records", .gauge, unit: "records",
                help: "Records that the spool has taken, over all runs.")
        case .spoolLost:
            .init(
                "flowprobe_spool_lost_records_total", .counter, unit: "records", labels: ["reason"],
                help: "Records that the spool could not take, by what the disk said.")
        case .spoolOctets:
            .init("flowprobe_spool_octets", .gauge, unit: "octets", help: "Octets that the spool's segments have.")
        case .spoolUp:
            .init("flowprobe_spool_up", .gauge, help: "1 while the disk takes what the spool writes, else 0.")
        case .deliveryAcknowledged:
            .init(
                "flowprobe_delivery_acknowledged_records", .gauge, unit: "records", labels: ["destination"],
                help: "Records that the destination has acknowledged, over all runs.")
        case .deliveryPending:
            .init(
                "flowprobe_delivery_pending_records", .gauge, unit: "records", labels: ["destination"],
                help: "Records in the spool that the destination has not acknowledged.")
        case .deliveryDiscarded:
            .init(
                "flowprobe_delivery_discarded_records", .gauge, unit: "records", labels: ["destination", "reason"],
                help: "Records that the destination will not get, over all runs, by reason.")
        case .deliveryFiltered:
            .init(
                "flowprobe_delivery_filtered_records", .gauge, unit: "records", labels: ["destination"],
                help: "Records that the destination's filter left out, over all runs.")
        case .deliveryResent:
            .init(
                "flowprobe_delivery_resent_records", .gauge, unit: "records", labels: ["destination"],
                help: "Records sent once more, over all runs, which the destination may have had already.")
        case .deliveryState:
            .init(
                "flowprobe_delivery_state", .gauge, labels: ["destination", "state"],
                help: "1 for what the destination is at: connecting, streaming, catching-up or failing; else 0.")
        case .deliveryRequests:
            .init(
                "flowprobe_delivery_requests_total", .counter, unit: "requests", labels: ["destination", "end"],
                help: "Requests to an HTTP destination by how they ended: accepted, refused, deferred or unanswered.")
        case .deliveryActive:
            .init(
                "flowprobe_delivery_active", .gauge, labels: ["destination", "member"],
                help: "1 for the member of a group of failover that gets what comes, 0 for the others.")
        case .deliveryActiveSince:
            .init(
                "flowprobe_delivery_active_since_seconds", .gauge, unit: "seconds", labels: ["destination"],
                help: "Since when the active member of a group of failover has been that, Unix time.")
        case .deliverySwitches:
            .init(
                "flowprobe_delivery_switches_total", .counter, unit: "switches", labels: ["destination"],
                help: "Times another member of a group of failover has become the active one.")
        case .deliveryLast:
            .init(
                "flowprobe_delivery_last_acknowledged_seconds", .gauge, unit: "seconds", labels: ["destination"],
                help: "When the destination last acknowledged a batch, Unix time; 0 when it has not in this run.")

        case .eventsSent:
            .init(
                "flowprobe_events_sent_total", .counter, unit: "events", labels: ["receiver"],
                help: "Events sent to a receiver of syslog messages.")
        case .eventsLost:
            .init(
                "flowprobe_events_lost_total", .counter, unit: "events", labels: ["receiver"],
                help: "Events that were lost because too many waited for a receiver of syslog messages.")
        case .eventsUp:
            .init(
                "flowprobe_events_up", .gauge, labels: ["receiver"],
                help: "1 while events can be sent to a receiver of syslog messages, else 0.")
        case .clockSteps:
            .init("flowprobe_clock_steps_total", .counter, unit: "steps", help: "Steps of the packet clock.")
        case .clockLag:
            .init(
                "flowprobe_clock_lag_seconds", .gauge, unit: "seconds",
                help: "How far the packet clock is behind the host's clock.")
        case .balance:
            .init(
                "flowprobe_balance_ok", .gauge,
                help: "1 while every sum of the accounting holds, 0 when one does not.")
        }
    }
}
