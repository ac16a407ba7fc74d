/// How far a long work is: what a caller needs for a progress line.
package struct WorkProgress {
    package let task: String
    package let done: Int
    package let total: Int
    package let note: String
    /// Where in the whole run that is: "encoder 2 of 5"; empty where there is but one task.
    package let place: String
    /// How long the whole run will still take, in words; empty while nothing is known.
    package let left: String

    package init(task: String, done: Int, total: Int, note: String, place: String = "", left: String = "") {
        (self.task, self.done, self.total, self.note) = (task, done, total, note)
        (self.place, self.left) = (place, left)
    }
}
