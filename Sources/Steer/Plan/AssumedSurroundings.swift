extension Surroundings {
    /// A system on which nothing is installed and every device is there that the rules name: for a plan that is made
    /// elsewhere.
    package static func assumed(for rules: [SteeringRule]) -> Surroundings {
        var assumed = Surroundings()
        for rule in rules {
            var devices = rule.interfaces
            if case .mirror(let target) = rule.action {
                switch target {
                case .device(let device): devices.append(device)
                case .vxlan(let tunnel): devices += [tunnel.device].compactMap(\.self)
                }
            }
            for device in devices { assumed.links[device] = Link(kind: "ether", isOurs: false) }
        }
        return assumed
    }
}
