"""FuzzAnswers' inputs: an octet of choices, then what a receiver answers (Fuzz/AnswerFuzzing/CheckAnswer.swift)."""

ENDS = 1


def answer_seeds():
    def pieces(count):
        return (count - 1) << 1

    answers = {
        "plain": (pieces(100), "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nOk."),
        "interim": (pieces(7), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
        "chunked": (pieces(1), "HTTP/1.1 422 Wrong\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nslow\r\n0\r\nTrailer: z\r\n\r\n"),
        "seconds": (pieces(3), "HTTP/1.1 503 Busy\r\nretry-after: 120\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        "date": (pieces(50), "HTTP/1.1 429 Busy\r\nRetry-After: Sun, 06 Nov 1994 08:49:47 GMT\r\nContent-Length: 0\r\n\r\n"),
        "until-the-end": (pieces(9) | ENDS, "HTTP/1.0 500 Broken\r\nServer: x\r\n\r\nuntil the end"),
        "not-modified": (pieces(128), "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
    }
    return {name: bytes([choices]) + text.encode() for name, (choices, text) in answers.items()}
