/// The configuration of `flowprobe run`: what one YAML file says, with environment and options applied, and everything
/// that was left out at its default.
///
/// A value made by `load` has been checked as a whole. The initial values of the properties are the defaults; the keys
/// of the file, with their ranges, texts and reload behaviour, are in `ConfigurationKeys`.
package struct ProbeConfiguration: Sendable, Equatable {
    /// Section `probe`: who this is.
    package var probe = ProbeIdentity()
    /// Section `inputs`, in the order of the file: observation point `i + 1` is `inputs[i]`.
    package var inputs: [InputConfiguration] = []
    /// Section `flows`: how flows are kept and cut.
    package var flows = FlowsConfiguration()
    /// Section `outputs`: where flows go.
    package var outputs = OutputsConfiguration()
    /// Section `service`: how the process runs.
    package var service = ServiceConfiguration()
    /// Section `log`: what it says of itself.
    package var log = LogConfiguration()

    /// The defaults, without an input.
    package init() {}

    /// Where `flowprobe run` and `flowprobe check` look unless told otherwise.
    package static let defaultPath = "/etc/flowprobe/flowprobe.yaml"

    /// Most inputs there may be.
    package static let maximumInputs = 256
}

/// Section `probe`: who this is.
package struct ProbeIdentity: Sendable, Equatable {
    /// The probe's name in events, and where its log begins. `load` fills in the host's name when the file names none.
    package var name = ""

    /// No name.
    package init() {}
}
