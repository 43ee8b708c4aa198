# Waits for each thread before it starts the next one, and tells so.
import random
import threading
import time


def greet(number):
    print(f"Hi, I'm thread {number}")
    pause = random.uniform(0.1, 1)
    print(f"Thread {number} sleeps for {pause:.2f} seconds")
    time.sleep(pause)
    print(f"Goodbye from thread {number}")


for number in (1, 2, 3):
    print(f"Main: starting thread {number}")
    thread = threading.Thread(target=greet, args=(number,))
    thread.start()
    thread.join()
for number in (1, 2, 3):
    print(f"Main: thread {number} has ended")
