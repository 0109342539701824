/// When a changed value takes effect.
package enum ReloadBehavior: String, Sendable {
    /// At SIGHUP, without losing a packet or a flow.
    case live
    /// When the process starts anew.
    case restart
}

/// One key: its name, what it takes, what it means, and the property it sets. Everything else about it is derived.
struct ConfigurationKey<Root: Sendable>: Sendable {
    let name: String
    let typeName: String
    let range: String
    let unit: String
    let reload: ReloadBehavior
    /// One or two sentences of Markdown.
    let meaning: String
    /// What holds when the key is not there, where that is not a value of its own.
    let defaultMeaning: String?
    /// A value for the example file where there is no default to show.
    let example: String?
    let isRequired: Bool
    /// Sets the property from the value; false when a problem was added. `.nothing` leaves the property as it is.
    let read: @Sendable (SourceValue, _ path: String, inout Root, inout ProblemList) -> Bool
    /// The property's value as it may stand in the file; nil when it is not set.
    let write: @Sendable (Root) -> String?
    /// Gives the property of the second the value that it has in the first.
    let copy: @Sendable (Root, inout Root) -> Void

    /// A key that always has a value.
    init<Value>(
        _ name: String, _ property: WritableKeyPath<Root, Value> & Sendable, _ type: ValueType<Value>,
        _ reload: ReloadBehavior, default defaultMeaning: String? = nil, example: String? = nil,
        isRequired: Bool = false, _ meaning: String
    ) {
        self.init(
            name, type, reload, defaultMeaning, example, isRequired, meaning,
            set: { $0[keyPath: property] = $1 }, write: { type.write($0[keyPath: property]) },
            copy: { $1[keyPath: property] = $0[keyPath: property] })
    }

    /// A key whose property is nil unless it is set.
    init<Value>(
        optional name: String, _ property: WritableKeyPath<Root, Value?> & Sendable, _ type: ValueType<Value>,
        _ reload: ReloadBehavior, default defaultMeaning: String = "none", example: String, _ meaning: String
    ) {
        self.init(
            name, type, reload, defaultMeaning, example, false, meaning,
            set: { $0[keyPath: property] = $1 }, write: { $0[keyPath: property].map(type.write) },
            copy: { $1[keyPath: property] = $0[keyPath: property] })
    }

    private init<Value>(
        _ name: String, _ type: ValueType<Value>, _ reload: ReloadBehavior, _ defaultMeaning: String?,
        _ example: String?, _ isRequired: Bool, _ meaning: String, set: @escaping @Sendable (inout Root, Value) -> Void,
        write: @escaping @Sendable (Root) -> String?, copy: @escaping @Sendable (Root, inout Root) -> Void
    ) {
        self.name = name
        self.reload = reload
        self.defaultMeaning = defaultMeaning
        self.example = example
        self.isRequired = isRequired
        self.meaning = meaning
        self.write = write
        self.copy = copy
        (typeName, range, unit) = (type.name, type.range, type.unit)
        read = { value, path, root, problems in
            guard value.content != .nothing else { return true }
            guard let result = type.read(value, path, &problems) else { return false }
            set(&root, result)
            return true
        }
    }
}

/// The keys under one name at the top of the file.
struct KeySection<Root: Sendable>: Sendable {
    let name: String
    /// A sentence of Markdown.
    let meaning: String
    let keys: [ConfigurationKey<Root>]

    /// The key of this name.
    func key(_ name: String) -> ConfigurationKey<Root>? { keys.first { $0.name == name } }
}
