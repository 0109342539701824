import Labels

/// What an IPFIX export carries and how it is sent. The same for every transport; the groups say where one applies.
package struct IPFIXOptions: Sendable {
    /// Which elements flow records carry.
    package var elements: ElementSet = .standard
    /// Names of elements that they carry beside those of `elements`.
    package var moreElements: Set<String> = []
    /// Two records of one direction each in place of a biflow record (RFC 5103 section 4), for readers that cannot
    /// take biflows. An empty direction is left out.
    package var uniflow = false
    /// The operator's private enterprise number, under which the project's own elements stand. The default is the one
    /// reserved for examples (RFC 5612).
    package var enterpriseNumber: UInt32 = 32473
    /// Whether flow records carry application labels, and options data their names.
    package var labels = false
    /// Which attributes of labels records carry that have any; of no effect without `labels`, and in the minimal set.
    package var attributes = AttributeSelection.none
    /// Largest message in octets, 512 to 65535; nil for the transport's own choice (`IPFIXUDPSink` explains UDP's).
    package var messageOctets: Int?
    /// Observation points to describe in options data, with the domain each belongs to.
    package var observationPoints: [ObservationPoint] = []
    /// Names of observation domains by id, for options data (IE 300).
    package var observationDomainNames: [UInt32: String] = [:]

    /// UDP: how often templates and options data are sent at the start. 1 to 10.
    package var templateCopies = 2
    /// UDP: seconds of wall time after which templates and options data are sent again.
    package var templateRefreshSeconds = 60
    /// UDP: data records after which templates and options data are sent again, whatever the time.
    package var templateRefreshRecords = 100_000
    /// UDP: octets per second that are not exceeded, so that a replay does not overrun its collector; 0 for no limit.
    /// The default, 8 million, is some 50,000 records a second.
    package var maximumOctetsPerSecond = 8_000_000

    /// TCP: seconds to wait for a connection, for a write to make progress, and for the peer to take what was sent.
    package var timeoutSeconds = 5
    /// TCP: seconds between attempts to connect anew after a connection was lost (RFC 7011 section 10.4.4 wants 60 or
    /// more). The first attempt comes at once, since the connection lost had been open.
    package var retrySeconds = 60
    /// TCP: begin without a connection, which is then tried for with the first records: for a probe that must start
    /// while its collector is away.
    package var startsUnconnected = false

    /// Export Time is when a message is made, by the host's clock, and not the packet clock alone: for whatever is sent in live use,
    /// or from a spool.
    package var isLive = false

    /// Describe the options data that close batches and tell of gaps: for destinations of a spool (docs/delivery.md).
    package var announcesBatches = false

    /// Describe the options data that tell how the inputs of a live run are.
    package var tellsMirror = false

    /// Describe the selectors that a live run may use, and tell what it gives up under overload.
    package var tellsOverload = false

    /// Seconds between two reports of the exporting and metering processes' statistics by `flush`; 0 for none but the
    /// last (and, over UDP, those beside the templates).
    package var statisticsSeconds = 0

    /// The defaults.
    package init() {}

    /// The longest template record that a message has room for: a template is in one message or in none.
    package var templateOctets = Int.max

    /// Which attributes there are fields for, where the message has room for so long a template.
    var carriedAttributes: AttributeSelection { labels && elements > .minimal ? attributes : .none }

    /// Whether records carry an element when they have it.
    func selects(_ element: InformationElement) -> Bool {
        element.level <= elements || moreElements.contains(element.name)
    }

    /// Bits of a shape that tell templates apart.
    var shapeBits: Int { TemplateShape.distinguishingBits(elements, and: moreElements) }

    /// Whether times in nanoseconds are carried.
    var isPrecise: Bool {
        elements == .precise
            || InformationElement.all.contains { $0.level == .precise && moreElements.contains($0.name) }
    }

    /// One input of the probe, for options data.
    package struct ObservationPoint: Sendable {
        /// IE 138, as in the records.
        package var id: UInt32
        /// IE 149 of the records that come from it.
        package var observationDomainId: UInt32
        /// IE 82: an interface's name, or a file's.
        package var interfaceName: String
        /// IE 83; may be empty.
        package var interfaceDescription: String
        /// What the port is for; nil where nobody has said.
        package var role: Role?
        /// IE 61, of all packets that pass here; nil where they pass both ways.
        package var flowDirection: FlowDirection?

        /// Values of `observationPointRole`.
        package enum Role: UInt8, Sendable {
            /// Between parts of the network.
            case core = 1
            /// Towards users and hosts.
            case access = 2
            /// Of a virtual switch or machine.
            case virtual = 3
        }

        /// Values of IE 61.
        package enum FlowDirection: UInt8, Sendable {
            /// Into the device.
            case ingress = 0
            /// Out of the device.
            case egress = 1
        }

        /// An input and what to call it.
        package init(
            id: UInt32, observationDomainId: UInt32 = 1, interfaceName: String, interfaceDescription: String = ""
        ) {
            self.id = id
            self.observationDomainId = observationDomainId
            self.interfaceName = interfaceName
            self.interfaceDescription = interfaceDescription
        }

        /// A live input, whose name describes it where it has one of its own.
        package init(id: UInt32, observationDomainId: UInt32, interface: String, name: String) {
            self.init(
                id: id, observationDomainId: observationDomainId, interfaceName: interface,
                interfaceDescription: name == interface ? "" : name)
        }
    }
}
