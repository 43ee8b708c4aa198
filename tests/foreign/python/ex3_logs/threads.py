# Tells what its threads do, beside what they say: each line has its thread before it.
import random
import threading
import time


def log(number, text):
    print(f"[thread {number}] {text}")


def greet(number):
    log(number, f"Hi, I'm thread {number}")
    pause = random.uniform(0.3, 2)
    print(f"Thread {number} sleeps for {pause:.2f} seconds")
    time.sleep(pause)
    log(number, "woke up")
    log(number, f"Goodbye after {pause:.1f} seconds")


threads = [threading.Thread(target=greet, args=(number,)) for number in (1, 2, 3)]
print("Starting 3 threads")
for number, thread in enumerate(threads, 1):
    print(f"Main: starting thread {number}")
    thread.start()
for number, thread in enumerate(threads, 1):
    thread.join()
    print(f"Main: thread {number} has ended")
print("All 3 threads finished")
