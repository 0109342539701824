/// A program with its arguments, one by one, and what it reads from standard input. Never a shell's text.
package struct SteeringCommand: Hashable, Sendable {
    /// The program's name and its arguments.
    package var arguments: [String]
    /// Standard input; empty without.
    package var input: String?
    /// Whether it may fail at first because the kernel has not finished what came before.
    package var isPatient = false

    /// A command.
    package init(_ arguments: [String], input: String? = nil) {
        self.arguments = arguments
        self.input = input
    }

    /// The command as one could type it into a shell: quoted, its input as a here-document.
    package var shellText: String {
        let words = arguments.map(Self.quoted).joined(separator: " ")
        guard let input else { return words }
        return words + " <<'FLOWPROBE'\n" + input + (input.hasSuffix("\n") ? "" : "\n") + "FLOWPROBE"
    }

    /// `word` so that a POSIX shell reads it as itself.
    static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { octet in
            (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
                || "-_./:=,@%+".utf8.contains(octet)
        }
        return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}

/// One change of the system, and what takes it back.
package struct SteeringStep: Hashable, Sendable {
    /// What it is for, in a few words.
    package var purpose: String
    /// What is run.
    package var command: SteeringCommand
    /// What takes it back, in order.
    package var undo: [SteeringCommand]

    /// A step.
    package init(_ purpose: String, _ command: SteeringCommand, undo: [SteeringCommand]) {
        self.purpose = purpose
        self.command = command
        self.undo = undo
    }
}
