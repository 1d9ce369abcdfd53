"""The words between a client, the host and its engines. Standard library only, Python 3.9.

A message is one ZeroMQ multipart message. Nothing in it is ever unpickled.

    message   = preamble header *64frame         ; all frames together at most 64 MiB
    preamble  = "LC" major minor                 ; 4 bytes
    header    = JSON in UTF-8, at most 64 KiB, at most 8 deep, each key once, numbers finite:
                { "type": NAME, "body": { FIELD: VALUE ... }, "frames": [ described ... ] }
    described = { "dtype": TYPE, "shape": [1*4SIZE], "bytes": COUNT, "crc32": CHECKSUM }
    frame     = the array in C order, little-endian; at most 16 MiB

    session   = HELLO WELCOME *( question / job ) [ SHUTDOWN ]
    question  = STATUS STATUS_REPORT / MODELS MODEL_LIST / VERIFY_MODEL MODEL_VERIFIED / PING PONG
              / PLAN ( PLANNED / FAILED )
    job       = SUBMIT ( ACCEPTED / FAILED ) *( CREDIT 1*SOURCE ) running end *( FETCH *( CREDIT 1*RESULT ) ) FORGET
    running   = *( STARTED *( PROGRESS / NOTICE / CREDIT / TILE ) )
    end       = DONE / FAILED / CANCELLED        ; CANCEL asks for the last
    engine    = ENGINE_READY *( job / question ) ; LOADED as models come and go, PULSE all the while

ERROR answers what is not understood or comes out of place. Questions and jobs have ids that who asks makes: answers
come in any order. `messages` says of each message who sends it and what it holds; `codec.encode` and `codec.decode`
turn it into parts and back. Start there.

    limits, errors     what is allowed, and what can be wrong
    fields, schema     types of fields, and dataclasses held to them
    values, requests   what messages hold
    message, messages, engine_messages
    versions           negotiation
    header, frames, codec
    connection, processes    the file by which a worker is found on its machine, and whether it still runs
"""
